package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.SslContext;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS by parameters of the provider URL, with certificates of our own. */
@Timeout(60)
class TlsTest {

    @TempDir
    static Path folder;

    static EmbeddedActiveMQ broker;
    static EmbeddedActiveMQ mutualBroker;
    static int port;
    static int mutualPort;

    @BeforeAll
    static void startBrokers() throws Exception {
        KeyStores.make(folder, "broker");
        KeyStores.make(folder, "client");
        KeyStores.make(folder, "stranger");
        String tls = ";sslEnabled=true;" + store("keyStore", "broker", ";");
        port = BrokerMain.freePort();
        broker = BrokerMain.start(folder.resolve("one"), port, tls);
        mutualPort = BrokerMain.freePort();
        mutualBroker = BrokerMain.start(folder.resolve("mutual"), mutualPort,
                tls + ";needClientAuth=true;" + store("trustStore", "trusts-client", ";"));
    }

    @AfterAll
    static void stopBrokers() throws Exception {
        broker.stop();
        mutualBroker.stop();
    }

    private static String store(String kind, String name, String separator) {
        return kind + "Path=" + folder.resolve(name + ".p12") + separator + kind + "Password=" + KeyStores.PASSWORD;
    }

    private static String url(int port, String... parameters) {
        return "tcp://127.0.0.1:" + port + "?sslEnabled=true&" + String.join("&", parameters);
    }

    private static void assertArrives(Map<String, String> props, String receiverUrl) throws Exception {
        try (Inbox inbox = new Inbox(receiverUrl, "q", false); Worker worker = Worker.start(props)) {
            worker.put(Worker.text(0));
            assertEquals("row 0", inbox.next().getBody(String.class));
        }
    }

    /** A certificate may be on its way to where it is missing: so it is as with a broker that is away. */
    private static RetriableException assertRetried(Map<String, String> props) {
        Map<String, String> impatient = new HashMap<>(props);
        impatient.put("jms.batch.timeout.ms", "3000");
        try (Worker worker = Worker.start(impatient)) {
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(Worker.text(0)));
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            assertFalse(trace.toString().contains(KeyStores.PASSWORD), trace.toString());
            assertFalse(trace.toString().contains(BrokerMain.PASSWORD), trace.toString());
            return e;
        }
    }

    @Test
    void theBrokersCertificateIsTrusted() throws Exception {
        String url = url(port, store("trustStore", "trusts-broker", "&"));
        assertArrives(Worker.props(url, "q"), url);
    }

    @Test
    void bothCertificatesAreTrusted() throws Exception {
        String url = url(mutualPort, store("trustStore", "trusts-broker", "&"), store("keyStore", "client", "&"));
        assertArrives(Worker.props(url, "q"), url);
    }

    @ParameterizedTest
    @CsvSource({"trusts-stranger", "no-such-store"})
    void aBrokerThatIsNotTrustedIsTriedAgainWithAHint(String trustStore) {
        RetriableException e = assertRetried(Worker.props(url(port, store("trustStore", trustStore, "&")), "q"));
        assertTrue(e.getMessage().contains("Cannot connect to server"), e.getMessage());
        assertTrue(e.getMessage().contains("The connection asks for TLS"), e.getMessage());
    }

    @Test
    void aWrongPasswordOfTheTrustStoreIsTriedAgainAndNotTold() {
        String url = url(port, store("trustStore", "trusts-broker", "&")).replace(KeyStores.PASSWORD, "wrong-pass-4715");
        RetriableException e = assertRetried(Worker.props(url, "q"));
        assertFalse(e.getMessage().contains("wrong-pass-4715"), e.getMessage());
    }

    @Test
    void aClientThatTheBrokerDoesNotTrustIsTriedAgainWithAHint() {
        String trusting = store("trustStore", "trusts-broker", "&");
        for (String url : new String[] {
            url(mutualPort, trusting), url(mutualPort, trusting, store("keyStore", "stranger", "&"))
        }) {
            RetriableException e = assertRetried(Worker.props(url, "q"));
            assertTrue(e.getMessage().contains("The connection asks for TLS"), e.getMessage());
        }
    }

    /** ActiveMQ's client takes its stores from system properties of the worker, not from the URL. */
    @Test
    void activeMqByItsOwnScheme() throws Exception {
        String[] properties = {"javax.net.ssl.trustStore", "javax.net.ssl.trustStorePassword"};
        System.setProperty(properties[0], folder.resolve("trusts-broker.p12").toString());
        System.setProperty(properties[1], KeyStores.PASSWORD);
        BrokerService activeMq = startActiveMq();
        String url = activeMq.getTransportConnectorByScheme("ssl").getPublishableConnectString()
                .replace("localhost", "127.0.0.1");
        Map<String, String> props = Worker.props(url, "q");
        props.put("java.naming.factory.initial", "org.apache.activemq.jndi.ActiveMQInitialContextFactory");
        try (Worker worker = Worker.start(props)) {
            worker.put(Worker.text(0));
            assertEquals(1, activeMq.getAdminView().getTotalMessageCount());
        } finally {
            activeMq.stop();
            System.clearProperty(properties[0]);
            System.clearProperty(properties[1]);
        }
        RetriableException e = assertRetried(props);
        assertTrue(e.getMessage().contains("The connection asks for TLS"), e.getMessage());
    }

    private static BrokerService startActiveMq() throws Exception {
        SSLContext context = KeyStores.serverContext(folder, "broker");
        BrokerService service = new BrokerService();
        service.setPersistent(false);
        service.setSslContext(new SslContext() {
            @Override
            public SSLContext getSSLContext() {
                return context;
            }
        });
        service.addConnector("ssl://127.0.0.1:0");
        service.start();
        service.waitUntilStarted();
        return service;
    }
}
