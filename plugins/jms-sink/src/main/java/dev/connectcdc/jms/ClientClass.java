package dev.connectcdc.jms;

import org.apache.kafka.connect.errors.ConnectException;

/** Classes of the broker's client, which lies beside the plugin. */
final class ClientClass {

    private ClientClass() {}

    /**
     * Makes an object of a class that the config names.
     *
     * @param className an allowed class
     * @param type what it must be
     * @throws ConnectException when the class is missing, or of another type
     */
    static <T> T newInstance(String className, Class<T> type) {
        Class<?> found;
        try {
            found = Class.forName(className, true, ClientClass.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ConnectException("the class " + className + " is missing: put the broker's JMS client, for Artemis "
                    + JmsApi.artemisClient() + " with its dependencies, into the plugin's folder", e);
        }
        if (!type.isAssignableFrom(found)) {
            throw new ConnectException("the class " + className + " is no " + type.getName()
                    + ": use the broker's client for this API (" + JmsApi.packageName() + ")");
        }
        try {
            return type.cast(found.getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new ConnectException("the class " + className + " has no public constructor without arguments", e);
        }
    }
}
