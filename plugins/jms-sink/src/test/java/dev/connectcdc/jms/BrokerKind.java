package dev.connectcdc.jms;

import jakarta.jms.ConnectionFactory;
import java.util.List;

/** The brokers that the sink is tested with, each with its client. */
enum BrokerKind {
    ARTEMIS(
            BrokerMain.class,
            "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
            "?connectionTTL=3000&clientFailureCheckPeriod=1000&callTimeout=5000&reconnectAttempts=0"),
    ACTIVEMQ(
            ActiveMqMain.class,
            "org.apache.activemq.jndi.ActiveMQInitialContextFactory",
            "?wireFormat.maxInactivityDuration=3000&wireFormat.maxInactivityDurationInitalDelay=3000");

    /** Takes data folder and port, and prints {@code ready}. */
    final Class<?> main;

    final String jndiFactory;

    /** To be added to a URL: a connection is over after 3 s without a word, in client and broker, and a call after 5 s. */
    final String endsDeadConnections;

    BrokerKind(Class<?> main, String jndiFactory, String endsDeadConnections) {
        this.main = main;
        this.jndiFactory = jndiFactory;
        this.endsDeadConnections = endsDeadConnections;
    }

    /** Both in soak tests, else the one that stacks run. */
    static List<BrokerKind> ofThisRun() {
        return Boolean.getBoolean("soak") ? List.of(values()) : List.of(ARTEMIS);
    }

    ConnectionFactory factory(String url) {
        return switch (this) {
            case ARTEMIS -> new org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory(
                    url, BrokerMain.USER, BrokerMain.PASSWORD);
            case ACTIVEMQ -> new org.apache.activemq.ActiveMQConnectionFactory(
                    BrokerMain.USER, BrokerMain.PASSWORD, url);
        };
    }

    /** Artemis' factory holds what its connections share. */
    void close(ConnectionFactory factory) {
        if (factory instanceof org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory artemis) {
            artemis.close();
        }
    }
}
