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
 * Settings of a JMS sink that follow from the platform: an Artemis broker, reached through its JNDI factory. What to
 * write where (`topics`, `jms.destination.name`, transforms) is the user's part.
 */
export function jmsSink(input: JmsSinkInput): Record<string, string> {
    return {
        "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
        "java.naming.provider.url": input.url,
        "connection.factory.name": "ConnectionFactory",
        "jms.destination.type": "queue",
        "jms.username": input.user,
        "jms.password": input.password,
    };
}
