package dev.connectcdc.protobuf;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** The converter's settings. Their names are those of Confluent's converter where it has them. */
final class ProtobufConverterConfig extends AbstractConfig {

    static final String URL = "schema.registry.url";
    static final String AUTO_REGISTER = "auto.register.schemas";
    static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    static final String USER_INFO = "basic.auth.user.info";
    static final String CACHE_SIZE = "schemas.cache.size";
    static final String WAIT_MS = "registry.wait.ms";

    private static final String FROM_URL = "URL";
    private static final String FROM_USER_INFO = "USER_INFO";

    static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    URL,
                    Type.LIST,
                    ConfigDef.NO_DEFAULT_VALUE,
                    Importance.HIGH,
                    "Addresses of the schema registry, with commas between them. The next one is asked when one does not answer.")
            .define(
                    AUTO_REGISTER,
                    Type.BOOLEAN,
                    true,
                    Importance.MEDIUM,
                    "Whether a new schema is registered. Otherwise a record whose schema is not registered ends the task.")
            .define(
                    CREDENTIALS_SOURCE,
                    Type.STRING,
                    FROM_URL,
                    ValidString.in(FROM_URL, FROM_USER_INFO),
                    Importance.MEDIUM,
                    "Where user and password for the registry are: URL (in the first address of " + URL
                            + ", which may have none) or USER_INFO (in " + USER_INFO + ").")
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
                    "How many schemas are kept for writing, and how many for reading.")
            .define(
                    WAIT_MS,
                    Type.LONG,
                    240_000L,
                    Range.atLeast(0),
                    Importance.LOW,
                    "How long a record waits for a registry that does not answer. Then the task fails. In a sink, keep it below"
                            + " the consumer's max.poll.interval.ms.");

    ProtobufConverterConfig(Map<String, ?> settings) {
        super(DEFINITION, settings);
        urls();
        authorization();
    }

    /** @return the addresses, without credentials and without a slash at the end */
    List<URI> urls() {
        List<String> urls = getList(URL);
        if (urls.isEmpty()) {
            throw new ConfigException(URL + " is empty. Set it to the address of the schema registry.");
        }
        return urls.stream().map(ProtobufConverterConfig::withoutCredentials).toList();
    }

    /** @return the header; null without credentials */
    String authorization() {
        String user = getString(CREDENTIALS_SOURCE).equals(FROM_USER_INFO)
                ? getPassword(USER_INFO).value()
                : uri(getList(URL).get(0)).getUserInfo();
        if (user == null) {
            return null;
        }
        if (!user.contains(":")) {
            throw new ConfigException(USER_INFO + " has no colon. Set it to the user and the password, user:password.");
        }
        return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    int cacheSize() {
        return getInt(CACHE_SIZE);
    }

    long waitMs() {
        return getLong(WAIT_MS);
    }

    boolean autoRegister() {
        return getBoolean(AUTO_REGISTER);
    }

    private static URI withoutCredentials(String text) {
        URI uri = uri(text);
        try {
            String path = Objects.requireNonNullElse(uri.getPath(), "").replaceFirst("/+$", "");
            return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), path, null, null);
        } catch (URISyntaxException e) {
            throw notValid();
        }
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text.strip());
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Its message would have the address, and with that perhaps a password
            throw notValid();
        }
        throw notValid();
    }

    private static ConfigException notValid() {
        return new ConfigException(URL + " has an entry that is no address. Set it to addresses such as"
                + " http://registry:8081, with commas between them.");
    }
}
