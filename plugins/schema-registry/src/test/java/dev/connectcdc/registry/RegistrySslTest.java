package dev.connectcdc.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client with an https server that requires a certificate. */
class RegistrySslTest {

    private static final String PASSWORD = "s3cret";

    @TempDir
    private Path folder;

    private HttpsServer server;

    private String known;

    @BeforeEach
    void start() throws Exception {
        known = store("known");
        Map<String, String> settings = settings(known, known);
        settings.put("schema.registry.url", "https://127.0.0.1");
        SSLContext context = RegistrySsl.context(new RegistryConfig(settings));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        server.createContext("/", exchange -> {
            byte[] body = "{\"schema\":\"string\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void showsItsCertificateAndTrustsTheAuthority() {
        assertEquals("string", client(settings(known, known)).schema(7).text());
    }

    @Test
    void isRefusedWithoutACertificateOrByAnother() throws Exception {
        String other = store("other");
        for (String key : new String[] {null, other}) {
            RegistryClient client = client(settings(known, key));
            assertThrows(RegistryError.class, () -> client.schema(7));
        }
    }

    @Test
    void refusesAServerThatItDoesNotTrust() throws Exception {
        RegistryClient client = client(settings(store("other"), known));
        assertThrows(RegistryError.class, () -> client.schema(7));
    }

    @Test
    void aFileThatDoesNotExistIsAnErrorWithoutThePassword() {
        Map<String, String> settings = settings(known, folder.resolve("none.p12").toString());
        ConfigException error = assertThrows(ConfigException.class, () -> client(settings));
        assertTrue(error.getMessage().contains("schema.registry.ssl.*"), error.getMessage());
        assertFalse(error.getMessage().contains(PASSWORD), error.getMessage());
    }

    private RegistryClient client(Map<String, String> settings) {
        settings.put("schema.registry.url", "https://127.0.0.1:" + server.getAddress().getPort());
        settings.put("schema.registry.wait.ms", "0");
        return new RegistryClient(new RegistryConfig(settings));
    }

    private static Map<String, String> settings(String trusted, String key) {
        Map<String, String> settings = new HashMap<>();
        add(settings, "truststore", trusted);
        add(settings, "keystore", key);
        return settings;
    }

    private static void add(Map<String, String> settings, String kind, String file) {
        if (file != null) {
            settings.put("schema.registry.ssl." + kind + ".location", file);
            settings.put("schema.registry.ssl." + kind + ".type", "PKCS12");
            settings.put("schema.registry.ssl." + kind + ".password", PASSWORD);
        }
    }

    /** A file with a key, and its certificate as a trusted one. */
    private String store(String name) throws Exception {
        String file = folder.resolve(name + ".p12").toString();
        String certificate = folder.resolve(name + ".crt").toString();
        keytool(file, "-genkeypair", "-alias", "key", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1");
        keytool(file, "-exportcert", "-alias", "key", "-file", certificate);
        keytool(file, "-importcert", "-noprompt", "-alias", "trusted", "-file", certificate);
        return file;
    }

    private static void keytool(String file, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", file, "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }
}
