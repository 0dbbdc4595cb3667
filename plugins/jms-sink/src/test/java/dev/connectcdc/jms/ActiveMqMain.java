package dev.connectcdc.jms;

import java.nio.file.Path;
import java.util.List;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.AuthorizationEntry;
import org.apache.activemq.security.AuthorizationPlugin;
import org.apache.activemq.security.DefaultAuthorizationMap;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/** A real ActiveMQ with its store on disk for tests, in this process or as one of its own. */
final class ActiveMqMain {

    static final String FORBIDDEN = "forbidden";

    private ActiveMqMain() {}

    /** Arguments: data folder, port. */
    public static void main(String[] args) throws Exception {
        start(Path.of(args[0]), Integer.parseInt(args[1]));
        System.out.println("ready");
    }

    static BrokerService start(Path data, int port) throws Exception {
        KahaDBPersistenceAdapter store = new KahaDBPersistenceAdapter();
        store.setDirectory(data.resolve("kahadb").toFile());
        store.setJournalMaxFileLength(1 << 20);
        BrokerService broker = new BrokerService();
        broker.setPersistenceAdapter(store);
        broker.setUseJmx(false);
        broker.addConnector("tcp://127.0.0.1:" + port);
        SimpleAuthenticationPlugin users = new SimpleAuthenticationPlugin();
        users.setUsers(List.of(new AuthenticationUser(BrokerMain.USER, BrokerMain.PASSWORD, "writers")));
        broker.setPlugins(new BrokerPlugin[] {users, new AuthorizationPlugin(rights())});
        broker.start();
        broker.waitUntilStarted();
        return broker;
    }

    private static DefaultAuthorizationMap rights() throws Exception {
        DefaultAuthorizationMap rights = new DefaultAuthorizationMap();
        rights.setAuthorizationEntries(List.of(
                right(new ActiveMQTopic(">"), "writers"),
                right(new ActiveMQQueue("rows.>"), "writers"),
                right(new ActiveMQQueue(FORBIDDEN), "others")));
        return rights;
    }

    private static AuthorizationEntry right(ActiveMQDestination destination, String role) throws Exception {
        AuthorizationEntry entry = new AuthorizationEntry();
        entry.setDestination(destination);
        entry.setRead(role);
        entry.setWrite(role);
        entry.setAdmin(role);
        return entry;
    }
}
