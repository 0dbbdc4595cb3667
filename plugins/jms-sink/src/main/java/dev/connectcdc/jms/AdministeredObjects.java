package dev.connectcdc.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import org.apache.kafka.connect.errors.ConnectException;

/** The connection factory, and destinations that have names of their own: from JNDI or by a class of the client. */
interface AdministeredObjects extends AutoCloseable {

    /** @throws ConnectException when a class of the client is missing or refuses the settings */
    static AdministeredObjects of(JmsSinkConfig config) {
        return config.connectionFactoryClass() == null ? new JndiLookup(config) : new FactoryBean(config);
    }

    /** @throws ConnectException when there is none */
    ConnectionFactory connectionFactory();

    /**
     * @param name a name without scheme
     * @return the destination that is bound under the name; null when none is
     */
    Destination destination(String name);

    @Override
    void close();
}
