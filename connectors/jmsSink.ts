/** Java class of this project's JMS sink connector. */
export const JMS_SINK_CLASS = "dev.connectcdc.jms.JmsSinkConnector";

/** What {@link jmsSink} needs to know. */
export interface JmsSinkInput {
    /** JNDI provider URL of the broker, as the workers reach it: `tcp://artemis:61616`. */
    url: string;
    /** User that the sink connects as. */
    user: string;
    /** The user's password: a reference to a secret, never the password itself. */
    password: string;
}

/**
 * Timeouts of Artemis' client, in ms, by the names that its URLs take.
 *
 * A worker that is cut off holds an open transaction, which the broker rolls back after the time to live (its check comes
 * every 2 s on top). That must be over before another worker has the sink's partitions: `consumer.session.timeout.ms` less
 * one heartbeat, 10 s with this project's defaults. Else the old transaction could be stored after newer rows. Artemis'
 * default of 60 s is too long for that. Source: Artemis manual, "Detecting Dead Connections".
 */
const TIMEOUTS = {
    connectionTTL: 6000,
    // How often the client pings, and looks whether the broker is still heard of
    clientFailureCheckPeriod: 2000,
    // One call of the broker; Artemis' default is 30 s, as long as the sink allows a whole batch
    callTimeout: 15_000,
    // The sink itself connects again and brings the batch again, which the client cannot
    reconnectAttempts: 0,
};

/**
 * Settings of a JMS sink that follow from the platform: an Artemis broker, reached through its JNDI factory. What to
 * write where (`topics`, `jms.destination.name`, transforms) is the user's part.
 */
export function jmsSink(input: JmsSinkInput): Record<string, string> {
    return {
        "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
        "java.naming.provider.url": withTimeouts(input.url),
        "connection.factory.name": "ConnectionFactory",
        "jms.destination.type": "queue",
        "jms.username": input.user,
        "jms.password": input.password,
    };
}

/** Whoever writes a query of his own decides for himself. */
function withTimeouts(url: string): string {
    const query = Object.entries(TIMEOUTS).map(([name, value]) => `${name}=${value}`);
    return url.includes("?") ? url : `${url}?${query.join("&")}`;
}
