package dev.connectcdc.jms;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** A real Artemis for tests, in this process or as one of its own. */
final class BrokerMain {

    static final String USER = "cdc";
    static final String PASSWORD = "pass-4711-word";

    private BrokerMain() {}

    /** Arguments: data folder, port. */
    public static void main(String[] args) throws Exception {
        start(Path.of(args[0]), Integer.parseInt(args[1]));
        System.out.println("ready");
    }

    static EmbeddedActiveMQ start(Path data, int port) throws Exception {
        return start(data, port, "");
    }

    /** @param tls parameters of the acceptor, such as {@code ;sslEnabled=true} */
    static EmbeddedActiveMQ start(Path data, int port, String tls) throws Exception {
        Configuration config = new ConfigurationImpl()
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(data.resolve("journal").toString())
                .setBindingsDirectory(data.resolve("bindings").toString())
                .setLargeMessagesDirectory(data.resolve("large").toString())
                .setPagingDirectory(data.resolve("paging").toString())
                .setJournalFileSize(1 << 20)
                .setMaxDiskUsage(-1)
                .setIDCacheSize(1_100_000)
                .setSecurityEnabled(true)
                .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + port + "?protocols=CORE,AMQP" + tls);
        config.addAddressSetting("#", new AddressSettings().setDefaultAddressRoutingType(RoutingType.ANYCAST));
        config.addAddressSetting("fixed.#", new AddressSettings().setAutoCreateAddresses(false).setAutoCreateQueues(false));
        config.addAddressSetting("full.block.#", full(AddressFullMessagePolicy.BLOCK));
        config.addAddressSetting("full.fail", full(AddressFullMessagePolicy.FAIL));
        config.addAddressSetting("full.page", full(AddressFullMessagePolicy.PAGE));
        config.addAddressSetting("full.drop", full(AddressFullMessagePolicy.DROP));
        config.addQueueConfiguration(QueueConfiguration.of("forbidden.queue").setRoutingType(RoutingType.ANYCAST));
        config.putSecurityRoles("#", Set.of(role(true)));
        config.putSecurityRoles("forbidden.#", Set.of(role(false)));

        EmbeddedActiveMQ server = new EmbeddedActiveMQ();
        server.setConfiguration(config);
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser(USER, PASSWORD);
        users.addRole(USER, "writers");
        server.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        return server.start();
    }

    private static AddressSettings full(AddressFullMessagePolicy policy) {
        return new AddressSettings().setMaxSizeBytes(20_000).setAddressFullMessagePolicy(policy);
    }

    private static Role role(boolean send) {
        return new Role("writers", send, true, true, true, true, true, true, true, true, true, false, false);
    }

    static int freePort() throws IOException {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
