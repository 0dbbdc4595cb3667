package dev.connectcdc.jms;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.naming.Context;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * The sink's settings. Their names are those of the commercial JMS sink where it has them, so that its configs go on
 * working with another class.
 */
final class JmsSinkConfig extends AbstractConfig {

    static final String FACTORY = Context.INITIAL_CONTEXT_FACTORY;
    static final String PROVIDER_URL = Context.PROVIDER_URL;
    static final String PRINCIPAL = Context.SECURITY_PRINCIPAL;
    static final String CREDENTIALS = Context.SECURITY_CREDENTIALS;
    static final String CONNECTION_FACTORY = "connection.factory.name";
    static final String JNDI_PREFIX = "jndi.";
    static final String FACTORY_CLASS = "jms.connection.factory.class";
    static final String UNKNOWN_SETTINGS = "unknown.settings.handling";

    static final String USERNAME = "jms.username";
    static final String PASSWORD = "jms.password";
    static final String CLIENT_ID = "jms.client.id";
    static final String DESTINATION = "jms.destination.name";
    static final String DESTINATION_TYPE = "jms.destination.type";

    static final String REPLY_TO = "jms.reply.to.name";
    static final String REPLY_TO_TYPE = "jms.reply.to.type";

    static final String FORMAT = "jms.message.format";
    static final String ENCODING = "character.encoding";
    static final String NULL_VALUES = "behavior.on.null.values";
    static final String FORWARD_KEY = "jms.forward.kafka.key";
    static final String FORWARD_METADATA = "jms.forward.kafka.metadata";
    static final String FORWARD_HEADERS = "jms.forward.kafka.headers";

    static final String TYPE = "jms.message.type";
    static final String GROUP_ID = "jms.group.id";
    static final String LAST_VALUE_KEY = "jms.last.value.key";

    static final String DELIVERY_MODE = "jms.delivery.mode";
    static final String PRIORITY = "jms.priority";
    static final String TIME_TO_LIVE = "jms.time.to.live.ms";
    static final String DELIVERY_DELAY = "jms.delivery.delay.ms";
    static final String STATE_QUEUE = "exactly.once.state.queue";
    static final String DUPLICATE_DETECTION = "jms.duplicate.detection";
    static final String SESSIONS = "jms.sessions";
    static final String BATCH_TIMEOUT = "jms.batch.timeout.ms";
    static final String BACKOFF = "jms.retry.backoff.ms";
    static final String LONGEST_BACKOFF = "jms.retry.backoff.max.ms";

    /**
     * Settings of JNDI factories that pass on without the prefix, as vendors' examples write them: of Artemis and ActiveMQ,
     * Qpid, Solace, TIBCO and Oracle.
     */
    private static final List<String> PASSED_ON_PREFIXES = List.of(
            JndiRules.CONNECTION_FACTORY_PREFIX, "connectionfactory.", "queue.", "topic.", "Solace_JMS_", "com.tibco.tibjms.");

    /** Artemis' parameter, ActiveMQ's scheme. */
    private static final Pattern TLS = Pattern.compile("(?i)\\bsslEnabled=true\\b|\\b(?:ssl|nio\\+ssl)://");

    private static final List<String> PASSED_ON_NAMES = List.of("connectionFactoryNames", "db_url");

    private static final List<String> DELIVERY_MODES = List.of("persistent", "non_persistent");

    /** What a record's value becomes. */
    enum Format {
        /** Bytes become a bytes message, all else a text message. */
        AUTO,
        /** A text message. */
        TEXT,
        /** A text message with the value as JSON, texts too. */
        JSON,
        /** A bytes message. */
        BYTES,
        /** A map message; the value must be a struct or a map. */
        MAP
    }

    /** What becomes of a record without value. */
    enum NullValues {
        IGNORE,
        SEND,
        FAIL
    }

    /** What becomes the group of a message. */
    enum Group {
        NONE,
        PARTITION,
        KEY
    }

    /** The number of a task, among the settings that the connector gives to it. */
    static final String TASK_NUMBER = "task.number";

    static final ConfigDef CONFIG_DEF = define();

    private final Map<String, String> props;
    private final UUID task = UUID.randomUUID();

    /**
     * @param props the connector's settings, references to secrets resolved
     * @throws ConfigException when one is wrong; the message never has a secret
     */
    JmsSinkConfig(Map<String, String> props) {
        // Not logged: a provider URL can hold passwords of key stores.
        super(CONFIG_DEF, Aliases.resolved(props), false);
        this.props = Map.copyOf(Aliases.resolved(props));
        checkJndiProperties(props);
        checkFactoryProperties(props);
        pairProblems(props).forEach((setting, problem) -> {
            throw new ConfigException(setting + ": " + problem);
        });
    }

    /** @return by setting what is wrong with it beside the others */
    static Map<String, String> pairProblems(Map<String, String> given) {
        Map<String, String> props = Aliases.resolved(given);
        Map<String, String> problems = new LinkedHashMap<>(Aliases.problems(given));
        problems.putAll(connectionProblems(props));
        if (props.get(STATE_QUEUE) != null) {
            problems.putAll(stateQueueProblems(props));
        }
        String unknown = UnknownSettings.problem(given);
        if (!unknown.isEmpty() && "fail".equals(given.get(UNKNOWN_SETTINGS))) {
            problems.put(UNKNOWN_SETTINGS, unknown);
        }
        return problems;
    }

    /** The connection factory comes from JNDI or has a class, and not both. */
    private static Map<String, String> connectionProblems(Map<String, String> props) {
        Map<String, String> problems = new LinkedHashMap<>();
        boolean byClass = props.get(FACTORY_CLASS) != null;
        for (String setting : List.of(FACTORY, PROVIDER_URL)) {
            if (byClass && props.get(setting) != null) {
                problems.put(setting, "cannot be combined with " + FACTORY_CLASS + ": remove one of them");
            } else if (!byClass && props.get(setting) == null) {
                problems.put(setting, "is missing: set it, or " + FACTORY_CLASS);
            }
        }
        if (!byClass && !factoryProperties(props).isEmpty()) {
            problems.put(FACTORY_CLASS, "is missing: there are settings " + FactoryRules.PROPERTY_PREFIX + "…");
        }
        return problems;
    }

    private static Map<String, String> stateQueueProblems(Map<String, String> props) {
        Map<String, String> problems = new LinkedHashMap<>();
        if ("true".equalsIgnoreCase(props.get(DUPLICATE_DETECTION))) {
            problems.put(DUPLICATE_DETECTION, "cannot be combined with " + STATE_QUEUE + ", which makes it superfluous");
        }
        if ("non_persistent".equals(props.get(DELIVERY_MODE))) {
            problems.put(DELIVERY_MODE, "must be persistent with " + STATE_QUEUE
                    + ": a broker that restarts would have the state, and not the messages");
        }
        if (props.get(STATE_QUEUE).equals(props.get(DESTINATION)) && !"topic".equals(props.get(DESTINATION_TYPE))) {
            problems.put(STATE_QUEUE, "must be another queue than " + DESTINATION);
        }
        return problems;
    }

    /** @throws ConfigException when a setting that is passed on to JNDI is refused */
    static void checkJndiProperties(Map<String, String> props) {
        jndiProperties(props).forEach((key, value) -> JndiRules.checkPassedOn(settingOf(props, key), key, value));
    }

    /** @throws ConfigException when a property of the connection factory is refused */
    static void checkFactoryProperties(Map<String, String> props) {
        factoryProperties(props).forEach(FactoryRules::checkProperty);
    }

    /** @return the filter for texts that may quote a setting */
    SecretFilter secretFilter() {
        Map<String, String> properties = new HashMap<>(jndiProperties(props));
        properties.putAll(factoryProperties(props));
        return SecretFilter.of(
                Stream.of(getPassword(PASSWORD), getPassword(CREDENTIALS))
                        .filter(Objects::nonNull)
                        .map(Password::value)
                        .toList(),
                properties,
                urls());
    }

    /** All texts that can be a URL. */
    private List<String> urls() {
        List<String> urls = new ArrayList<>(jndiProperties(props).values());
        urls.addAll(factoryProperties(props).values());
        if (providerUrl() != null) {
            urls.add(providerUrl());
        }
        return urls;
    }

    /** @return the environment of the initial context */
    Hashtable<String, Object> jndiEnvironment() {
        Hashtable<String, Object> environment = new Hashtable<>(jndiProperties(props));
        environment.put(FACTORY, factoryClass());
        environment.put(PROVIDER_URL, providerUrl());
        if (getString(PRINCIPAL) != null) {
            environment.put(PRINCIPAL, getString(PRINCIPAL));
        }
        if (getPassword(CREDENTIALS) != null) {
            environment.put(CREDENTIALS, getPassword(CREDENTIALS).value());
        }
        return environment;
    }

    String factoryClass() {
        return getString(FACTORY);
    }

    String providerUrl() {
        return getString(PROVIDER_URL);
    }

    /** @return whether a URL asks for TLS */
    boolean usesTls() {
        return urls().stream().anyMatch(url -> TLS.matcher(url).find());
    }

    /** @return the class of the connection factory; null when it comes from JNDI */
    String connectionFactoryClass() {
        return getString(FACTORY_CLASS);
    }

    /** @return properties of the connection factory by name */
    Map<String, String> connectionFactoryProperties() {
        return factoryProperties(props);
    }

    String connectionFactoryName() {
        return getString(CONNECTION_FACTORY);
    }

    /** @return the user to connect as; the JNDI principal where no JMS user is set; null for none */
    String username() {
        return getString(USERNAME) == null ? getString(PRINCIPAL) : getString(USERNAME);
    }

    /** @return the password that belongs to {@link #username()}; null for none */
    String password() {
        Password password = getPassword(getString(USERNAME) == null ? CREDENTIALS : PASSWORD);
        return password == null ? null : password.value();
    }

    /**
     * The client id for the next connection of a session of this task; null for none.
     *
     * <p>With duplicate detection all connections of a session have the same one. A broker lets one connection at a time
     * have it, so the next one comes in only when the one before is over, with its transaction. Artemis sees no repeats
     * between two transactions that are open at the same time: it knows an id when its transaction is stored.
     *
     * @param session number of the session; the first is 0
     */
    String nextClientId(int session) {
        String id = nextClientId();
        return id == null || session == 0 ? id : id + "-" + session;
    }

    private String nextClientId() {
        String given = getString(CLIENT_ID);
        if (detectsDuplicates()) {
            return given != null && !hasSeveralTasks() ? given : (given == null ? "jms-sink" : given) + "-" + task;
        }
        return given != null && hasSeveralTasks() ? given + "-" + UUID.randomUUID() : given;
    }

    private boolean hasSeveralTasks() {
        return !"1".equals(props.getOrDefault("tasks.max", "1").trim());
    }

    /** @return the destination's name; null when it depends on the record */
    String fixedDestination() {
        Template template = template(DESTINATION);
        return template.isConstant() ? getString(DESTINATION) : null;
    }

    /** @return the destination as the config has it, for errors */
    String destination() {
        return getString(DESTINATION);
    }

    /** @return the template of a setting; null when it is not set */
    Template template(String setting) {
        return getString(setting) == null ? null : new Template(setting, getString(setting), texts());
    }

    /** @return what makes text of parts of records */
    RecordText texts() {
        return new RecordText(encoding());
    }

    boolean repliesToTopic() {
        return "topic".equals(getString(REPLY_TO_TYPE));
    }

    Group group() {
        return Group.valueOf(getString(GROUP_ID).toUpperCase(Locale.ROOT));
    }

    boolean keepsLastValues() {
        return "key".equals(getString(LAST_VALUE_KEY));
    }

    /** @return the queue of the state messages; null for at least once */
    String stateQueue() {
        return getString(STATE_QUEUE);
    }

    /** @return the connector's name */
    String connector() {
        return props.getOrDefault("name", "");
    }

    /** @return the number of the task; empty when it is not known */
    String taskNumber() {
        return props.getOrDefault(TASK_NUMBER, "");
    }

    /** @return whether Connect goes on after a bad record */
    boolean toleratesBadRecords() {
        return "all".equalsIgnoreCase(props.get("errors.tolerance"));
    }

    boolean isTopic() {
        return "topic".equals(getString(DESTINATION_TYPE));
    }

    Format format() {
        String name = getString(FORMAT).toUpperCase(Locale.ROOT);
        return "STRING".equals(name) ? Format.TEXT : Format.valueOf(name);
    }

    Charset encoding() {
        return Charset.forName(getString(ENCODING));
    }

    NullValues nullValues() {
        return NullValues.valueOf(getString(NULL_VALUES).toUpperCase(Locale.ROOT));
    }

    boolean forwardsKey() {
        return getBoolean(FORWARD_KEY);
    }

    boolean forwardsMetadata() {
        return getBoolean(FORWARD_METADATA);
    }

    boolean forwardsHeaders() {
        return getBoolean(FORWARD_HEADERS);
    }

    boolean isPersistent() {
        return "persistent".equals(getString(DELIVERY_MODE));
    }

    NumberTemplate priority() {
        return new NumberTemplate(PRIORITY, getString(PRIORITY), 4, 0, 9, texts());
    }

    NumberTemplate timeToLiveMs() {
        return new NumberTemplate(TIME_TO_LIVE, getString(TIME_TO_LIVE), 0, 0, Long.MAX_VALUE, texts());
    }

    NumberTemplate deliveryDelayMs() {
        return new NumberTemplate(DELIVERY_DELAY, getString(DELIVERY_DELAY), 0, 0, Long.MAX_VALUE, texts());
    }

    boolean detectsDuplicates() {
        return getBoolean(DUPLICATE_DETECTION);
    }

    /** @return how many sessions a task has */
    int sessions() {
        return getInt(SESSIONS);
    }

    long batchTimeoutMs() {
        return getLong(BATCH_TIMEOUT);
    }

    long backoffMs() {
        return getLong(BACKOFF);
    }

    long longestBackoffMs() {
        return Math.max(getLong(LONGEST_BACKOFF), backoffMs());
    }

    private static Map<String, String> jndiProperties(Map<String, String> props) {
        Map<String, String> passedOn = new HashMap<>();
        props.forEach((setting, value) -> {
            if (value == null) {
                return;
            }
            if (setting.startsWith(JNDI_PREFIX)) {
                passedOn.put(setting.substring(JNDI_PREFIX.length()), value);
            } else if (PASSED_ON_NAMES.contains(setting) || PASSED_ON_PREFIXES.stream().anyMatch(setting::startsWith)) {
                passedOn.put(setting, value);
            }
        });
        return passedOn;
    }

    private static Map<String, String> factoryProperties(Map<String, String> props) {
        Map<String, String> properties = new TreeMap<>();
        props.forEach((setting, value) -> {
            if (value != null && setting.startsWith(FactoryRules.PROPERTY_PREFIX)) {
                properties.put(setting.substring(FactoryRules.PROPERTY_PREFIX.length()), value);
            }
        });
        return properties;
    }

    private static String settingOf(Map<String, String> props, String key) {
        return props.containsKey(JNDI_PREFIX + key) ? JNDI_PREFIX + key : key;
    }

    private static ConfigDef define() {
        ConfigDef def = new ConfigDef();
        defineJndi(def);
        defineFactory(def);
        defineJms(def);
        defineMessage(def);
        defineDelivery(def);
        defineCompatibility(def);
        return def;
    }

    private static void defineJndi(ConfigDef def) {
        Settings group = new Settings(def, "JNDI");
        group.add(FACTORY, Type.STRING, null, checked(JndiRules::checkFactory, "an allowed class"),
                new Choices(JndiRules::allowedFactories), Importance.HIGH,
                "Class of the JNDI initial context factory: org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory"
                        + " or org.apache.activemq.jndi.ActiveMQInitialContextFactory. The worker's system property "
                        + JndiRules.FACTORIES_PROPERTY + " can name others, a connector cannot. Required unless "
                        + FACTORY_CLASS + " is set.",
                "Initial context factory");
        group.add(PROVIDER_URL, Type.STRING, null,
                checked(JndiRules::checkUrl, "a URL of a broker"), Importance.HIGH,
                "JNDI provider URL: for Artemis and ActiveMQ the broker's address, such as tcp://host:61616. URLs of"
                        + " naming services (ldap, rmi, dns, iiop, corbaname) are refused. Required unless " + FACTORY_CLASS
                        + " is set.",
                "Provider URL");
        group.add(CONNECTION_FACTORY, Type.STRING, "ConnectionFactory",
                checked(JndiRules::checkLookupName, "a name without scheme"), Importance.HIGH,
                "JNDI name of the connection factory; names with a scheme are refused.", "Connection factory");
        group.add(PRINCIPAL, Type.STRING, null, new ConfigDef.NonEmptyString(), Importance.MEDIUM,
                "JNDI user. Also the user of the connection where '" + USERNAME + "' is not set.", "JNDI user");
        group.add(CREDENTIALS, Type.PASSWORD, null, null, Importance.MEDIUM,
                "JNDI password. Also the password of the connection where '" + USERNAME + "' is not set.",
                "JNDI password");
    }

    private static void defineFactory(ConfigDef def) {
        Settings group = new Settings(def, "Connection factory");
        group.add(FACTORY_CLASS, Type.STRING, null, checked(FactoryRules::checkClass, "an allowed class"), Importance.MEDIUM,
                "Class of the connection factory, in place of JNDI. Its properties are the settings "
                        + FactoryRules.PROPERTY_PREFIX + "<name>. The worker's system property "
                        + FactoryRules.CLASSES_PROPERTY + " can name other classes, a connector cannot.",
                "Class");
        for (String secret : FactoryRules.SECRETS) {
            group.add(FactoryRules.PROPERTY_PREFIX + secret, Type.PASSWORD, null, null, Importance.LOW,
                    "Property " + secret + " of the connection factory.", "Property " + secret);
        }
    }

    private static void defineCompatibility(ConfigDef def) {
        Settings group = new Settings(def, "Compatibility");
        group.addChoice(UNKNOWN_SETTINGS, "warn", List.of("warn", "fail"), Importance.LOW,
                "What becomes of a setting that looks like one of a JMS sink and that this sink does not have: 'warn' writes"
                        + " a warning into the worker's log when the config is validated, 'fail' refuses the config.",
                "Unknown settings");
        new TreeMap<>(Aliases.SETTINGS).forEach((alias, setting) -> {
            ConfigDef.ConfigKey key = def.configKeys().get(setting);
            // The vendor's mode is in capitals.
            ConfigDef.Validator validator = setting.equals(DELIVERY_MODE)
                    ? ConfigDef.CaseInsensitiveValidString.in(DELIVERY_MODES.toArray(String[]::new))
                    : key.validator;
            group.add(alias, key.type, null, optional(validator), Importance.LOW,
                    "Another name of " + setting + ", for configs of other JMS sinks.", "Alias of " + setting);
        });
    }

    private static ConfigDef.Validator optional(ConfigDef.Validator validator) {
        return checked(validator::ensureValid, validator.toString());
    }

    private static void defineJms(ConfigDef def) {
        Settings group = new Settings(def, "JMS");
        group.add(USERNAME, Type.STRING, null, new ConfigDef.NonEmptyString(), Importance.HIGH,
                "User of the connection.", "User");
        group.add(PASSWORD, Type.PASSWORD, null, null, Importance.HIGH, "Password of the connection.", "Password");
        group.add(DESTINATION, Type.STRING, ConfigDef.NO_DEFAULT_VALUE,
                checked(JmsSinkConfig::checkDestination, "a name without scheme"), Importance.HIGH,
                "Queue or topic to write to: a JNDI name where one is bound, else the broker's own name. Variables: "
                        + Template.RULE + ".",
                "Destination");
        group.addChoice(DESTINATION_TYPE, "queue", List.of("queue", "topic"), Importance.HIGH,
                "Whether the destination is a queue or a topic.", "Destination type");
        group.add(REPLY_TO, Type.STRING, null, checked(JmsSinkConfig::checkDestination, "a name without scheme"),
                Importance.LOW,
                "The broker's name of the queue or topic in JMSReplyTo. Variables as in " + DESTINATION + ".", "Reply to");
        group.addChoice(REPLY_TO_TYPE, "queue", List.of("queue", "topic"), Importance.LOW,
                "Whether " + REPLY_TO + " is a queue or a topic.", "Reply to type");
        group.add(CLIENT_ID, Type.STRING, null, new ConfigDef.NonEmptyString(), Importance.LOW,
                "JMS client id of the connection. With tasks.max above 1 each task appends a suffix of its own, for a"
                        + " client id belongs to one connection. With duplicate detection there is one in any case.",
                "Client id");
    }

    private static void defineMessage(ConfigDef def) {
        Settings group = new Settings(def, "Message");
        group.addChoice(FORMAT, "auto", List.of("auto", "text", "string", "json", "bytes", "map"), Importance.MEDIUM,
                "What a value becomes. auto: bytes become a bytes message, all else a text message. text (or string): a"
                        + " text message; a struct or map becomes JSON, bytes are decoded. json: a text message with"
                        + " any value as JSON. bytes: a bytes message; text is encoded, a struct or map is encoded"
                        + " JSON. map: a map message of a struct or map.",
                "Format");
        group.add(ENCODING, Type.STRING, "UTF-8", checked(JmsSinkConfig::checkEncoding, "a character encoding"),
                Importance.LOW, "Character encoding between text and bytes.", "Encoding");
        group.addChoice(NULL_VALUES, "ignore", List.of("ignore", "send", "fail"), Importance.LOW,
                "What becomes of a record without value: 'ignore' sends nothing, 'send' sends a message without body,"
                        + " 'fail' treats it as a bad record.",
                "Null values");
        group.add(TYPE, Type.STRING, null, checked(JmsSinkConfig::checkTemplate, Template.RULE), Importance.LOW,
                "JMSType of the messages. Variables as in " + DESTINATION + ".", "Message type");
        group.addChoice(GROUP_ID, "none", List.of("none", "partition", "key"), Importance.MEDIUM,
                "What becomes JMSXGroupID, so that several consumers of a queue keep the order: 'partition' is topic and"
                        + " partition, 'key' is the record's key as text. A group has one consumer at a time.",
                "Group id");
        group.addChoice(LAST_VALUE_KEY, "none", List.of("none", "key"), Importance.LOW,
                "'key': the record's key as text becomes _AMQ_LVQ_NAME, by which a last-value queue of Artemis keeps the"
                        + " last message of each key.",
                "Last-value key");
        group.add(FORWARD_KEY, Type.BOOLEAN, false, null, Importance.LOW,
                "Whether the record's key, as text, becomes the message's JMSCorrelationID.", "Forward key");
        group.add(FORWARD_METADATA, Type.BOOLEAN, false, null, Importance.LOW,
                "Whether the record's place becomes message properties: KAFKA_TOPIC (string), KAFKA_PARTITION (int),"
                        + " KAFKA_OFFSET (long).",
                "Forward metadata");
        group.add(FORWARD_HEADERS, Type.BOOLEAN, false, null, Importance.LOW,
                "Whether the record's headers become message properties, their names made legal.", "Forward headers");
    }

    private static void defineDelivery(ConfigDef def) {
        Settings group = new Settings(def, "Delivery");
        group.addChoice(DELIVERY_MODE, "persistent", DELIVERY_MODES, Importance.MEDIUM,
                "Whether messages survive a restart of the broker.", "Delivery mode");
        group.add(PRIORITY, Type.STRING, "4", checkedNumber(4, 9), Importance.LOW,
                "JMS priority of the messages, 0 to 9. Variables as in " + DESTINATION + ".", "Priority");
        group.add(TIME_TO_LIVE, Type.STRING, "0", checkedNumber(0, Long.MAX_VALUE), Importance.LOW,
                "Milliseconds after which the broker may drop a message; 0 for never. Variables as in " + DESTINATION + ".",
                "Time to live (ms)");
        group.add(DELIVERY_DELAY, Type.STRING, "0", checkedNumber(0, Long.MAX_VALUE), Importance.LOW,
                "Milliseconds that the broker keeps a message back. Variables as in " + DESTINATION + ".",
                "Delivery delay (ms)");
        group.add(STATE_QUEUE, Type.STRING, null, checked(JndiRules::checkDestination, "a name without scheme"),
                Importance.MEDIUM,
                "The broker's name of a queue with one message per partition, which each transaction receives and writes"
                        + " again: each record then arrives exactly once.",
                "State queue");
        group.add(DUPLICATE_DETECTION, Type.BOOLEAN, false, null, Importance.MEDIUM,
                "Whether each message has the property _AMQ_DUPL_ID (topic-partition-offset), by which Artemis drops"
                        + " what it has already.",
                "Duplicate detection");
        group.add(SESSIONS, Type.INT, 1, ConfigDef.Range.between(1, 16), Importance.LOW,
                "How many batches a task sends at a time, each over a connection of its own. Each partition has one of"
                        + " them, so that its records keep their order.",
                "Sessions");
        group.add(BATCH_TIMEOUT, Type.LONG, 30_000L, ConfigDef.Range.atLeast(100), Importance.LOW,
                "Longest time in milliseconds that connecting and sending one batch may take; then the connection is"
                        + " given up and the batch sent again. Keep it well below the consumer's max.poll.interval.ms.",
                "Batch timeout (ms)");
        group.add(BACKOFF, Type.LONG, 500L, ConfigDef.Range.atLeast(1), Importance.LOW,
                "Milliseconds to wait before a failed batch is sent again; doubled with each failure in a row.",
                "Retry back-off (ms)");
        group.add(LONGEST_BACKOFF, Type.LONG, 10_000L, ConfigDef.Range.atLeast(1), Importance.LOW,
                "Longest wait in milliseconds between two tries.", "Longest retry back-off (ms)");
    }

    private static void checkTemplate(String setting, Object value) {
        new Template(setting, (String) value, new RecordText(StandardCharsets.UTF_8));
    }

    /** The name without its variables is checked now; what they stand for is checked with each record. */
    private static void checkDestination(String setting, Object value) {
        checkTemplate(setting, value);
        JndiRules.checkDestination(setting, value);
    }

    private static ConfigDef.Validator checkedNumber(long fallback, long highest) {
        return checked(
                (setting, value) -> new NumberTemplate(
                        setting, (String) value, fallback, 0, highest, new RecordText(StandardCharsets.UTF_8)),
                "a number from 0" + (highest == Long.MAX_VALUE ? "" : " to " + highest) + ", or a template of one");
    }

    private static void checkEncoding(String setting, Object value) {
        boolean known;
        try {
            known = Charset.isSupported((String) value);
        } catch (IllegalArgumentException e) {
            known = false;
        }
        if (!known) {
            throw new ConfigException(setting, value, "is no character encoding that Java knows; try UTF-8");
        }
    }

    private static ConfigDef.Validator checked(BiConsumer<String, Object> check, String rule) {
        return ConfigDef.LambdaValidator.with(
                (setting, value) -> {
                    // A required value that is missing is reported by Kafka, and handed on as null.
                    if (value != null) {
                        check.accept(setting, value);
                    }
                },
                () -> rule);
    }

    /** Adds settings to a group, in order. */
    private static final class Settings {
        private final ConfigDef def;
        private final String name;
        private int size;

        Settings(ConfigDef def, String name) {
            this.def = def;
            this.name = name;
        }

        void add(String setting, Type type, Object defaultValue, ConfigDef.Validator validator, Importance importance,
                String documentation, String displayName) {
            add(setting, type, defaultValue, validator, null, importance, documentation, displayName);
        }

        void addChoice(String setting, String defaultValue, List<String> values, Importance importance,
                String documentation, String displayName) {
            add(setting, Type.STRING, defaultValue, ConfigDef.ValidString.in(values.toArray(String[]::new)),
                    new Choices(() -> values), importance, documentation, displayName);
        }

        void add(String setting, Type type, Object defaultValue, ConfigDef.Validator validator,
                ConfigDef.Recommender recommender, Importance importance, String documentation, String displayName) {
            size++;
            def.define(setting, type, defaultValue, validator, importance, documentation, name, size, widthOf(type),
                    displayName, List.of(), recommender);
        }

        private static Width widthOf(Type type) {
            return switch (type) {
                case STRING -> Width.LONG;
                case PASSWORD -> Width.MEDIUM;
                default -> Width.SHORT;
            };
        }
    }

    /** The values to choose from, whatever the other settings are. */
    private record Choices(Supplier<Collection<String>> values) implements ConfigDef.Recommender {

        @Override
        public List<Object> validValues(String setting, Map<String, Object> config) {
            return List.copyOf(values.get());
        }

        @Override
        public boolean visible(String setting, Map<String, Object> config) {
            return true;
        }
    }
}
