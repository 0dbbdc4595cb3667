package dev.connectcdc.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;

/** A connection factory by its class and bean properties, for clients without JNDI. Destinations have the broker's names. */
final class FactoryBean implements AdministeredObjects {

    /** What a config's text can become. */
    private static final Map<Class<?>, ConfigDef.Type> TYPES = Map.of(
            String.class, ConfigDef.Type.STRING,
            int.class, ConfigDef.Type.INT,
            long.class, ConfigDef.Type.LONG,
            double.class, ConfigDef.Type.DOUBLE,
            boolean.class, ConfigDef.Type.BOOLEAN);

    private final JmsSinkConfig config;

    FactoryBean(JmsSinkConfig config) {
        this.config = config;
    }

    @Override
    public ConnectionFactory connectionFactory() {
        ConnectionFactory factory = ClientClass.newInstance(config.connectionFactoryClass(), ConnectionFactory.class);
        config.connectionFactoryProperties().forEach((name, value) -> set(factory, name, value));
        return factory;
    }

    @Override
    public Destination destination(String name) {
        return null;
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    private void set(ConnectionFactory factory, String property, String value) {
        String setting = FactoryRules.PROPERTY_PREFIX + property;
        Method setter = setter(factory.getClass(), property);
        SecretFilter filter = config.secretFilter();
        try {
            setter.invoke(factory, ConfigDef.parseType(setting, value, TYPES.get(setter.getParameterTypes()[0])));
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw new ConnectException(
                    "the connection factory refuses " + setting + ": " + filter.clean(cause.getMessage()),
                    filter.cause(cause));
        } catch (IllegalAccessException | ConfigException e) {
            throw new ConnectException(
                    setting + " cannot be set: " + filter.clean(e.getMessage()), filter.cause(e));
        }
    }

    private static Method setter(Class<?> type, String property) {
        String name = "set" + property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == 1
                        && TYPES.containsKey(method.getParameterTypes()[0]))
                .findFirst()
                .orElseThrow(() -> new ConnectException("the class " + type.getName() + " has no property '" + property
                        + "': correct " + FactoryRules.PROPERTY_PREFIX + property));
    }
}
