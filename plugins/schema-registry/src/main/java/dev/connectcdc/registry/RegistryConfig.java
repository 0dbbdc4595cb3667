package dev.connectcdc.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** Settings of a converter that uses a schema registry. Their names are those of Confluent's converters where these have them. */
public final class RegistryConfig extends AbstractConfig {

    static final String URLS = "schema.registry.url";
    public static final String AUTO_REGISTER = "auto.register.schemas";
    static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    static final String USER_INFO = "basic.auth.user.info";
    private static final String CACHE_SIZE = "schemas.cache.size";
    static final String WAIT_MS = "schema.registry.wait.ms";

    private static final String FROM_URL = "URL";
    private static final String FROM_USER_INFO = "USER_INFO";

    public static final ConfigDef DEFINITION = RegistrySsl.addTo(new ConfigDef()
            .define(
                    URLS,
                    Type.LIST,
                    ConfigDef.NO_DEFAULT_VALUE,
                    Importance.HIGH,
                    "URLs of the schema registry's API, as Confluent's version 7 has it, with commas between them. If one does"
                            + " not answer, the next one is asked.")
            .define(
                    AUTO_REGISTER,
                    Type.BOOLEAN,
                    true,
                    Importance.MEDIUM,
                    "True: a schema that its subject does not have yet is registered. False: its subject must have it, or the"
                            + " task fails.")
            .define(
                    CREDENTIALS_SOURCE,
                    Type.STRING,
                    FROM_URL,
                    ValidString.in(FROM_URL, FROM_USER_INFO),
                    Importance.MEDIUM,
                    "Where user and password come from: URL (http://user:password@host, or none) or USER_INFO (from "
                            + USER_INFO + ").")
            .define(
                    USER_INFO,
                    Type.PASSWORD,
                    "",
                    Importance.MEDIUM,
                    "User and password for the registry, with a colon between them.")
            .define(
                    CACHE_SIZE,
                    Type.INT,
                    1000,
                    Range.atLeast(1),
                    Importance.LOW,
                    "How many schemas are kept for writing, and how many for reading. The least used ones go first.")
            .define(
                    WAIT_MS,
                    Type.LONG,
                    240_000L,
                    Range.atLeast(0),
                    Importance.LOW,
                    "How long a record waits for a registry that does not answer. Then the task fails, and loses no record. In"
                            + " a sink, keep it below the consumer's max.poll.interval.ms."));

    /** A registry's URL without credentials and without a slash at its end, and the header that they make; null without them. */
    record Endpoint(String url, String authorization) {}

    private final List<Endpoint> endpoints;

    public RegistryConfig(Map<String, ?> settings) {
        super(DEFINITION, settings, false);
        String login = null;
        if (getString(CREDENTIALS_SOURCE).equals(FROM_USER_INFO)) {
            login = getPassword(USER_INFO).value();
            if (!login.contains(":")) {
                throw new ConfigException(USER_INFO + " has no colon. Set it to the user and the password, user:password.");
            }
        }
        String userInfo = login;
        endpoints = getList(URLS).stream().map(url -> endpoint(url, userInfo)).toList();
        if (endpoints.isEmpty()) {
            throw new ConfigException(URLS + " is empty. Set it to the URL of the schema registry.");
        }
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    public boolean autoRegister() {
        return getBoolean(AUTO_REGISTER);
    }

    public int cacheSize() {
        return getInt(CACHE_SIZE);
    }

    Duration longestWait() {
        return Duration.ofMillis(getLong(WAIT_MS));
    }

    private static Endpoint endpoint(String text, String userInfo) {
        URI url;
        try {
            url = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            // Its message has the text, and with that perhaps a password
            throw notValid();
        }
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw notValid();
        }
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        String plain = url.getScheme() + "://" + url.getHost() + port + url.getRawPath().replaceAll("/+$", "");
        String login = userInfo == null ? url.getUserInfo() : userInfo;
        if (login == null) {
            return new Endpoint(plain, null);
        }
        return new Endpoint(plain, "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }

    private static ConfigException notValid() {
        return new ConfigException(URLS + " has an entry that is no http or https URL. Set it to URLs such as"
                + " http://registry:8081, with commas between them.");
    }
}
