package dev.connectcdc.jms;

/** The JMS API of this JAR's classes. The build makes a second JAR from them, for clients of {@code javax.jms}. */
final class JmsApi {

    private JmsApi() {}

    /** @return the API's package; the build of the second JAR replaces this text, too */
    static String packageName() {
        return "jakarta.jms";
    }

    /** @return group and artifact of the API */
    static String artifact() {
        return packageName() + ":" + packageName() + "-api";
    }

    /** @return group and artifact of Artemis' client for this API */
    static String artemisClient() {
        return "org.apache.activemq:artemis-" + (packageName().startsWith("jakarta.") ? "jakarta" : "jms") + "-client";
    }
}
