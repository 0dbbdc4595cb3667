package dev.connectcdc.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * Looks up the connection factory and the destination. The initial context factory is called directly and not through
 * {@code InitialContext}, which would also follow names with a scheme and read settings from anywhere on the class path.
 */
final class JndiLookup implements AdministeredObjects {

    private final JmsSinkConfig config;
    private final Context context;

    /** @throws ConnectException when the factory's class is missing or the factory refuses the settings */
    JndiLookup(JmsSinkConfig config) {
        this.config = config;
        try {
            context = ClientClass.newInstance(config.factoryClass(), InitialContextFactory.class)
                    .getInitialContext(config.jndiEnvironment());
        } catch (NamingException e) {
            throw failed("JNDI refuses the provider URL or another setting", e);
        }
    }

    @Override
    public ConnectionFactory connectionFactory() {
        String name = config.connectionFactoryName();
        Object found;
        try {
            found = context.lookup(name);
        } catch (NamingException e) {
            throw failed("there is no connection factory '" + name + "' in JNDI", e);
        }
        if (found instanceof ConnectionFactory factory) {
            return factory;
        }
        throw new ConnectException("'" + name + "' in JNDI is of class " + found.getClass().getName() + ", which is no "
                + ConnectionFactory.class.getName() + ": the client in the plugin's folder must be one for this API");
    }

    @Override
    public Destination destination(String name) {
        if (name.contains(":")) {
            // Of another address (address::queue); never handed to JNDI, to which a colon can mean a scheme.
            return null;
        }
        try {
            return context.lookup(name) instanceof Destination destination ? destination : null;
        } catch (NameNotFoundException e) {
            return null;
        } catch (NamingException e) {
            throw failed("JNDI cannot look up the destination '" + name + "'", e);
        }
    }

    @Override
    public void close() {
        try {
            context.close();
        } catch (NamingException e) {
            // It was read; nothing depends on how it ends.
        }
    }

    private ConnectException failed(String what, NamingException e) {
        SecretFilter filter = config.secretFilter();
        return new ConnectException(what + ": " + filter.clean(e.getMessage()), filter.cause(e));
    }
}
