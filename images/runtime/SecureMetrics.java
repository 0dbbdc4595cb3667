import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import java.io.File;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Serves the values of jmx_prometheus_javaagent, which must be loaded before, by https to clients with a certificate: version
 * 1.0.1 of that agent cannot ask for one. Argument: {@code <port>:<PKCS12 file>:<password>}.
 */
public final class SecureMetrics {
    private SecureMetrics() {}

    /** Begins to serve. A port or a file that cannot be used ends the JVM. */
    public static void premain(String argument) throws Exception {
        String[] parts = argument.split(":", 3);
        SSLContext context = contextOf(new File(parts[1]), parts[2].toCharArray());
        HTTPServer.builder()
                .port(Integer.parseInt(parts[0]))
                .httpsConfigurator(new HttpsConfigurator(context) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters settings = context.getDefaultSSLParameters();
                        settings.setNeedClientAuth(true);
                        parameters.setSSLParameters(settings);
                    }
                })
                .buildAndStart();
    }

    private static SSLContext contextOf(File file, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance(file, password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
