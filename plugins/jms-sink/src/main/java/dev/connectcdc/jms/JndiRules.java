package dev.connectcdc.jms;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a connector's config may say about JNDI. Whoever reaches a worker's REST port writes connector configs, and JNDI
 * with a free choice of factory, URL or name loads and runs code of others. So: factories from a list, no names with a
 * scheme, no URLs of remote naming services or of brokers inside the worker, none that read addresses from elsewhere, no
 * settings of JNDI itself.
 */
final class JndiRules {

    /** System property of the worker with further initial context factories, separated by commas. */
    static final String FACTORIES_PROPERTY = "connectcdc.jms.jndi.factories";

    /** Artemis' JNDI properties that name a connection factory and have its URL as value. */
    static final String CONNECTION_FACTORY_PREFIX = "connectionFactory.";

    private static final Set<String> BUILT_IN_FACTORIES = Set.of(
            "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
            "org.apache.activemq.jndi.ActiveMQInitialContextFactory");

    private static final String NAMING_SCHEMES = "ldaps?|ldapi|rmi|dns|iiop|iiopname|corbaname|corbaloc|nis|nds|java";

    /**
     * Those, the ones by which ActiveMQ's client starts a broker of its own, and those by which a client takes addresses
     * from the network or from a file.
     */
    private static final String REFUSED_SCHEMES = NAMING_SCHEMES + "|vm|peer|broker|xbean|properties"
            + "|discovery|multicast|rendezvous|zeroconf|jgroups|udp";

    /** Parameters of URLs by which a client reads addresses or a config from elsewhere. */
    private static final Pattern REFUSED_PARAMETER = Pattern.compile(
            "[?&;,(]\\s*(?:[\\w-]+\\.)*(updateURIsURL|brokerConfig|discoveryURI|jgroupsFile|file)\\s*=", Pattern.CASE_INSENSITIVE);

    /**
     * Such a scheme where a URL can begin, or anywhere with a slash behind it. Not behind a slash, dot or at-sign: a
     * host may be called dns or broker.
     */
    private static final Pattern REFUSED_URL = Pattern.compile(
            "(?:(?:^|[^a-z0-9+.\\-_/@:])(" + REFUSED_SCHEMES + "):)|(?:(?<![a-z0-9+.\\-_])(" + REFUSED_SCHEMES + "):/)",
            Pattern.CASE_INSENSITIVE);

    /** Artemis names a queue of another address {@code address::queue}; any other colon could end a scheme. */
    private static final Pattern SCHEME =
            Pattern.compile("(?<!:):(?!:)|:::|(?:^|/)\\s*(?:" + NAMING_SCHEMES + "):", Pattern.CASE_INSENSITIVE);

    /** What {@link java.net.URI} does not take; Artemis' client prints such a URL, with all it holds. */
    private static final Pattern NOT_IN_URLS = Pattern.compile("[\\s\"<>\\\\^`{|}]|%(?![0-9A-Fa-f]{2})");

    private static final Pattern URL_ESCAPE = Pattern.compile("%([0-7][0-9A-Fa-f])");

    private static final Pattern KEYS_OF_JNDI = Pattern.compile("(?:javax?\\.naming|com\\.sun|sun|jdk)\\..*");

    private JndiRules() {}

    static void checkFactory(String setting, Object value) {
        Set<String> allowed = allowedFactories();
        if (!allowed.contains((String) value)) {
            throw new ConfigException(
                    setting,
                    value,
                    "is not among the allowed JNDI factories " + allowed + ". The worker's system property "
                            + FACTORIES_PROPERTY + " can name others, a connector cannot.");
        }
    }

    static void checkLookupName(String setting, Object value) {
        String name = (String) value;
        if (name.isBlank()) {
            throw new ConfigException(setting, value, "must not be empty");
        }
        if (name.contains(":")) {
            throw new ConfigException(setting, value, "must be a plain JNDI name: names with a scheme are refused");
        }
    }

    static void checkDestination(String setting, Object value) {
        String name = (String) value;
        if (name.isBlank()) {
            throw new ConfigException(setting, value, "must not be empty");
        }
        if (SCHEME.matcher(name).find()) {
            throw new ConfigException(
                    setting, value, "must be a plain name (or address::queue): names with a scheme are refused");
        }
    }

    /** Checks the address of a broker; the message never has it, URLs hold secrets. */
    static void checkUrl(String setting, Object value) {
        checkValue(setting, value);
        if (NOT_IN_URLS.matcher((String) value).find()) {
            throw new ConfigException(setting + ": is no URL: it has a character that must be written as %XX, with its"
                    + " code in hex (a blank as %20)");
        }
    }

    /** Checks a URL or any other value that a JNDI factory gets to see; the message never has it, URLs hold secrets. */
    static void checkValue(String setting, Object value) {
        Matcher refused = REFUSED_URL.matcher(decoded((String) value));
        if (refused.find()) {
            String scheme = refused.group(1) == null ? refused.group(2) : refused.group(1);
            throw new ConfigException(setting + ": URLs with the scheme '" + scheme.toLowerCase(Locale.ROOT)
                    + "' are refused; give the broker's own address, such as tcp://host:61616");
        }
        Matcher parameter = REFUSED_PARAMETER.matcher(decoded((String) value));
        if (parameter.find()) {
            throw new ConfigException(setting + ": the parameter '" + parameter.group(1) + "' is refused: the client would"
                    + " read addresses or settings from elsewhere; list the addresses in the URL, such as"
                    + " failover:(tcp://a:61616,tcp://b:61616)");
        }
    }

    static void checkPassedOn(String setting, String key, String value) {
        if (KEYS_OF_JNDI.matcher(key.toLowerCase(Locale.ROOT)).matches()) {
            throw new ConfigException(setting + ": settings of JNDI itself cannot be passed on; the connector has"
                    + " settings of its own for factory, URL, principal and credentials");
        }
        if (key.startsWith(CONNECTION_FACTORY_PREFIX)) {
            checkUrl(setting, value);
        } else {
            checkValue(setting, value);
        }
    }

    static Set<String> allowedFactories() {
        return WorkerList.with(BUILT_IN_FACTORIES, FACTORIES_PROPERTY);
    }

    /** The value without URL escapes of ASCII characters, also nested ones. */
    private static String decoded(String value) {
        String text = value;
        Matcher escape = URL_ESCAPE.matcher(text);
        while (escape.find()) {
            text = escape.replaceAll(found ->
                    Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
            escape = URL_ESCAPE.matcher(text);
        }
        return text;
    }
}
