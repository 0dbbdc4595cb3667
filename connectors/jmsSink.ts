/** Java class of this project's JMS sink connector, for clients of Jakarta Messaging. */
export const JMS_SINK_CLASS = "dev.connectcdc.jms.JmsSinkConnector";
/** The same for clients of `javax.jms`. */
export const JAVAX_JMS_SINK_CLASS = "dev.connectcdc.jms.javax.JmsSinkConnector";

/** Class of the client's connection factory, in place of JNDI. */
export const FACTORY_CLASS = "jms.connection.factory.class";

/** Queue in which a sink keeps the offsets of delivered records: it takes them out, and sends the new ones. */
export const STATE_QUEUE = "exactly.once.state.queue";

/** Settings of the sink's JNDI; others of Java's would be read by nobody. */
const JNDI = /^java\.naming\.(?!(factory\.initial|provider\.url|security\.principal|security\.credentials)$)/;

const NOT_NEEDED = "remove it: it is not needed here";
const NO_LIMIT = "remove it: the sink connects again without a limit";
const SET_STATE_QUEUE = `set ${STATE_QUEUE} instead`;
/** Settings of other vendors' JMS sinks, with what this sink has for each. */
const MOVED_SETTINGS: [setting: RegExp, remedy: string][] = [
    [/^(jms\.connection\.max\.retries|max\.retry\.time)$/, NO_LIMIT],
    [/^(exactly\.once\.enabled|mq\.offsets\.queue\.name)$/, SET_STATE_QUEUE],
    [/^confluent\.(license|topic)\b/, NOT_NEEDED],
    [/^jms\.producer\.disable\.message\.(id|timestamp)$/, NOT_NEEDED],
];

/** True for this project's JMS sink, with either API. */
export function isJmsSink(connectorClass: string): boolean {
    return [JMS_SINK_CLASS, JAVAX_JMS_SINK_CLASS].includes(connectorClass);
}

/** What this sink has for a setting of another vendor's JMS sink; undefined for any other setting. */
export function movedSetting(connectorClass: string, setting: string): string | undefined {
    if (!isJmsSink(connectorClass)) return undefined;
    return MOVED_SETTINGS.find(([pattern]) => pattern.test(setting))?.[1];
}

/** Settings that look like ones of JNDI, and that a JMS sink does not pass on. */
export function unreadSettings(connectorClass: string, config: Record<string, string>): string[] {
    return isJmsSink(connectorClass) ? Object.keys(config).filter((key) => JNDI.test(key)) : [];
}

/** Input of {@link jmsSink}. */
export interface JmsSinkInput {
    /** JNDI provider URL of the broker, as the workers reach it: `tcp://artemis:61616`. */
    url: string;
    /** File on the workers with the authorities of the broker's certificate, PEM. Default: no TLS. */
    rootCertFile?: string;
    /** User that the sink connects as. */
    user: string;
    /** The user's password: a reference to a secret, never the password itself. */
    password: string;
}

/**
 * Timeouts of Artemis' client, in ms, by their names in its URLs.
 *
 * A worker that is cut off leaves an open transaction, which the broker rolls back after the time to live; its check every 2 s
 * adds to that. The rollback must come before another worker has the sink's partitions: `consumer.session.timeout.ms` less
 * one heartbeat, 10 s with this project's defaults. Otherwise the old transaction could be stored after newer rows. Artemis'
 * default of 60 s is too long. Source: Artemis manual, "Detecting Dead Connections".
 */
const TIMEOUTS = {
    connectionTTL: 6000,
    // Interval at which the client pings the broker and checks for its answers
    clientFailureCheckPeriod: 2000,
    // One call of the broker; Artemis' default is 30 s, as long as the sink allows a whole batch
    callTimeout: 15_000,
    // The sink itself connects again and repeats the batch, which the client cannot
    reconnectAttempts: 0,
};

/**
 * Settings of a JMS sink that follow from the platform: an Artemis broker, reached through its JNDI factory. The user sets
 * what to write and where (`topics`, `jms.destination.name`, transforms).
 */
export function jmsSink(input: JmsSinkInput): Record<string, string> {
    return {
        "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
        "java.naming.provider.url": withTimeouts(input.url, input.rootCertFile),
        "connection.factory.name": "ConnectionFactory",
        "jms.destination.type": "queue",
        "jms.username": input.user,
        "jms.password": input.password,
        // Connect's default guesses types: the text 00123 would become the number 123
        "header.converter": "org.apache.kafka.connect.storage.StringConverter",
    };
}

/**
 * A URL with a query stays as it is. With TLS the client also compares the host's name (`verifyHost`). Source: Artemis manual,
 * "Configuring the Transport".
 */
function withTimeouts(url: string, rootCertFile: string | undefined): string {
    const tls = { sslEnabled: true, trustStorePath: rootCertFile, trustStoreType: "PEM" };
    const query = Object.entries({ ...(rootCertFile !== undefined && tls), ...TIMEOUTS }).map(
        ([name, value]) => `${name}=${value}`,
    );
    return url.includes("?") ? url : `${url}?${query.join("&")}`;
}
