package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.InvalidClientIDException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.impl.SecurityStoreImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.impl.AddressInfo;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches, errors and settings of a connection, against a real Artemis in this process. */
@Timeout(60)
class JmsSinkTaskTest extends ArtemisTest {

    private static void assertHasNot(String secret, Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertFalse(trace.toString().contains(secret), trace.toString());
    }

    @Test
    void aBatchArrivesInOrder() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "order"));
                Inbox inbox = new Inbox(url, "order", false)) {
            worker.put(Worker.texts(0, 500));
            worker.put(Worker.texts(500, 1000));
            worker.put(List.of());
            assertEquals(Worker.rows(0, 1000), inbox.restOfTexts());
        }
    }

    @Test
    void connectsByTheClassOfItsConnectionFactory() throws Exception {
        Map<String, String> props = FactoryBeanTest.props(FactoryBeanTest.ARTEMIS, "brokerURL", url, "callTimeout", "15000");
        try (Worker worker = Worker.start(props);
                Inbox inbox = new Inbox(url, "rows.by.class", false)) {
            worker.put(Worker.texts(0, 2));
            assertEquals(Worker.rows(0, 2), inbox.restOfTexts());
        }
    }

    /** Brokers of AMQP 1.0, by Qpid's client. */
    @Test
    void exactlyOnceOverAmqp() throws Exception {
        Map<String, String> props = FactoryBeanTest.props(
                "org.apache.qpid.jms.JmsConnectionFactory", "remoteURI", url.replace("tcp:", "amqp:"));
        props.put("jms.destination.name", "rows.by.amqp");
        props.put("exactly.once.state.queue", "states.by.amqp");
        try (Worker worker = Worker.start(props)) {
            worker.put(Worker.texts(0, 100));
            worker.put(Worker.texts(50, 150));
        }
        try (Worker worker = Worker.start(props);
                Inbox inbox = new Inbox(url, "rows.by.amqp", false)) {
            worker.put(Worker.texts(100, 200));
            assertEquals(Worker.rows(0, 200), inbox.restOfTexts());
        }
    }

    @Test
    void aBatchThatTheBrokerRefusesInTheMiddleLeavesNothing() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.fail"))) {
            List<SinkRecord> tooMuch = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                tooMuch.add(Worker.record(i, Schema.STRING_SCHEMA, "x".repeat(5_000)));
            }
            assertThrows(RetriableException.class, () -> worker.put(tooMuch));
            assertEquals(0, empty("full.fail"));
            try (Worker other = Worker.start(Worker.props(url, "full.fail"))) {
                other.put(tooMuch.subList(0, 1));
            }
            assertEquals(1, empty("full.fail"), "it was not for the first message");
        } finally {
            empty("full.fail");
        }
    }

    @Test
    void aBatchWithABadRecordLeavesNothing() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "whole", "jms.message.format", "map"));
                Inbox inbox = new Inbox(url, "whole", false)) {
            List<SinkRecord> batch = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                batch.add(Worker.record(i, null, Map.of("id", i)));
            }
            batch.add(Worker.text(100));
            DataException e = assertThrows(DataException.class, () -> worker.put(batch));
            assertTrue(e.getMessage().startsWith("topic localhost.cdc.customers, partition 0, offset 100: "), e.getMessage());
            assertFalse(e.getMessage().contains("row 100"));
            assertEquals(List.of(), inbox.rest());
        }
    }

    @Test
    void aBadRecordIsReportedAndTheOthersArrive() throws Exception {
        try (Worker worker = Worker.startTolerant(Worker.props(url, "tolerant", "jms.message.format", "map"));
                Inbox inbox = new Inbox(url, "tolerant", false)) {
            SinkRecord bad = Worker.text(1);
            worker.put(Worker.record(0, null, Map.of("id", 0)), bad, Worker.record(2, null, Map.of("id", 2)));
            assertEquals(2, inbox.rest().size());
            assertEquals(Set.of(bad), worker.reported.keySet());
            assertInstanceOf(DataException.class, worker.reported.get(bad));

            SinkRecord alone = Worker.text(3);
            worker.put(alone);
            assertTrue(worker.reported.containsKey(alone), "a batch of bad records only is done as well");
        }
    }

    @Test
    void aBadRecordIsNotReportedBeforeItsBatchIsDelivered() throws Exception {
        try (Worker worker = Worker.startTolerant(
                Worker.props(url, "full.fail", "jms.message.format", "text", "character.encoding", "US-ASCII"))) {
            SinkRecord bad = Worker.record(0, Schema.BYTES_SCHEMA, new byte[] {-1});
            SinkRecord big = Worker.record(1, Schema.STRING_SCHEMA, "x".repeat(50_000));
            worker.put(Worker.record(9, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            assertThrows(RetriableException.class, () -> worker.put(bad, big));
            assertEquals(Map.of(), worker.reported);
        } finally {
            empty("full.fail");
        }
    }

    @Test
    void aBadRecordIsSkippedWhereNothingIsThereToReportItTo() throws Exception {
        Map<String, String> props = Worker.props(url, "skips", "jms.message.format", "map", "errors.tolerance", "all");
        try (Worker worker = Worker.start(props); Inbox inbox = new Inbox(url, "skips", false)) {
            worker.put(Worker.text(0), Worker.record(1, null, Map.of("id", 1)));
            assertEquals(1, inbox.rest().size());
        }
    }

    /** Connect reports to its log with errors.log.enable, and fails the task when a record is reported. */
    @Test
    void aReporterIsNoTolerance() throws Exception {
        Map<String, String> props = Worker.props(url, "strict", "jms.message.format", "map");
        try (Worker worker = Worker.startReporting(props, "none"); Inbox inbox = new Inbox(url, "strict", false)) {
            assertThrows(DataException.class, () -> worker.put(Worker.record(0, null, Map.of("id", 0)), Worker.text(1)));
            assertEquals(Map.of(), worker.reported);
            assertEquals(List.of(), inbox.rest());
        }
    }

    @Test
    void recordsOfPartitionsThatMovedAwayAreLeftToTheirNewOwner() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "moved")); Inbox inbox = new Inbox(url, "moved", false)) {
            worker.assignment = Set.of(new TopicPartition(Worker.TOPIC, 1));
            worker.put(Worker.routed(0, 7, "routed"), Worker.routed(1, 8, "routed"));
            assertEquals(List.of("row 8"), inbox.restOfTexts());
            worker.put(Worker.routed(0, 9, "routed"));
            assertEquals(List.of(), inbox.restOfTexts());
        }
    }

    /** Artemis refuses a message whose properties alone are larger than a packet or than the journal's buffer. */
    @ParameterizedTest
    @ValueSource(ints = {60_000, 600_000})
    void aRecordThatTheBrokerRefusesIsFoundAndReported(int size) throws Exception {
        Map<String, String> props = Worker.props(url, "refuses", "jms.forward.kafka.key", "true");
        SinkRecord refused = refused(3, size);
        List<SinkRecord> batch = new ArrayList<>(Worker.texts(0, 3));
        batch.add(refused);
        batch.addAll(Worker.texts(4, 9));
        try (Worker worker = Worker.startTolerant(props); Inbox inbox = new Inbox(url, "refuses", false)) {
            worker.putUntilDelivered(batch);
            assertEquals(3, worker.failures.size(), "only what is refused again and again counts");
            assertEquals(Set.of(refused), worker.reported.keySet());
            String reason = worker.reported.get(refused).getMessage();
            assertTrue(reason.startsWith("topic localhost.cdc.customers, partition 0, offset 3: the broker refuses"), reason);
            List<String> expected = new ArrayList<>(Worker.rows(0, 3));
            expected.addAll(Worker.rows(4, 9));
            assertEquals(expected, inbox.restOfTexts());

            SinkRecord alone = refused(9, size);
            worker.putUntilDelivered(List.of(alone));
            assertTrue(worker.reported.containsKey(alone));
            worker.put(Worker.text(10));
            assertEquals(Worker.rows(10, 11), inbox.restOfTexts());
        }
    }

    @Test
    void aRecordThatTheBrokerRefusesFailsATaskThatToleratesNone() throws Exception {
        Map<String, String> props = Worker.props(url, "refuses.one", "jms.forward.kafka.key", "true");
        try (Worker worker = Worker.start(props); Inbox inbox = new Inbox(url, "refuses.one", false)) {
            List<SinkRecord> batch = List.of(Worker.text(0), refused(1, 60_000), Worker.text(2));
            DataException e = assertThrows(DataException.class, () -> worker.putUntilDelivered(batch));
            assertTrue(e.getMessage().contains("offset 1: the broker refuses the message"), e.getMessage());
            assertEquals(Worker.rows(0, 1), inbox.restOfTexts(), "nothing behind it goes first");
        }
    }

    private static SinkRecord refused(long offset, int size) {
        return new SinkRecord(Worker.TOPIC, 0, Schema.STRING_SCHEMA, "k".repeat(size), Schema.STRING_SCHEMA,
                "v".repeat(60_000), offset, 1L, TimestampType.CREATE_TIME);
    }

    @Test
    void aFullAddressKeepsTheConnectionAndReportsNothing() throws Exception {
        try (Worker worker = Worker.startTolerant(Worker.props(url, "full.fail", "jms.client.id", "keeps"))) {
            worker.put(Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            Set<String> before = sessionsOf("keeps");
            for (int i = 0; i < 5; i++) {
                assertThrows(RetriableException.class, () -> worker.put(Worker.texts(1, 3)));
            }
            assertEquals(before, sessionsOf("keeps"));
            assertEquals(Map.of(), worker.reported);
            assertEquals(1, empty("full.fail"));
            worker.putUntilDelivered(Worker.texts(1, 3));
            assertEquals(2, empty("full.fail"));
        } finally {
            empty("full.fail");
        }
    }

    private static Set<String> sessionsOf(String clientId) {
        Set<String> names = new HashSet<>();
        broker.getActiveMQServer().getSessions().forEach(session -> {
            if (clientId.equals(session.getMetaData("jms-client-id"))) {
                names.add(session.getName());
            }
        });
        return names;
    }

    @Test
    void offsetsAreCommittedSoonAfterTheirRecordsAndNotWithEachBatch() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "commits"))) {
            worker.put(List.of());
            assertEquals(0, worker.commitRequests());
            worker.put(Worker.text(0));
            assertEquals(1, worker.commitRequests());
            worker.put(Worker.text(1));
            assertEquals(1, worker.commitRequests());
            assertEquals(1000, worker.timeoutMs(), "put() is called again by then");
            worker.clockMs += 999;
            worker.put(List.of());
            assertEquals(1, worker.commitRequests());
            worker.clockMs += 1;
            worker.put(List.of());
            assertEquals(2, worker.commitRequests());
            worker.put(List.of());
            assertEquals(2, worker.commitRequests());
        }
    }

    /** Connect drops the batch when its partitions are revoked, and its next put takes the batch for delivered. */
    @Test
    void offsetsOfABatchThatWasDroppedWithItsPartitionsAreNotCommitted() throws Exception {
        TopicPartition partition = new TopicPartition(Worker.TOPIC, 0);
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(
                partition, new OffsetAndMetadata(2), new TopicPartition(Worker.TOPIC, 1), new OffsetAndMetadata(7));
        try (Worker worker = Worker.start(Worker.props(url, "full.fail"))) {
            worker.put(Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            worker.task.close(List.of(partition));
            assertEquals(offsets, worker.task.preCommit(offsets), "nothing waited");

            assertThrows(RetriableException.class, () -> {
                for (long offset = 1; offset < 10; offset++) {
                    worker.task.put(List.of(Worker.text(offset)));
                }
            });
            worker.task.close(List.of(partition));
            worker.task.put(List.of());
            assertEquals(Set.of(new TopicPartition(Worker.TOPIC, 1)), worker.task.preCommit(offsets).keySet());
            assertEquals(1, empty("full.fail"));
            worker.putUntilDelivered(List.of(Worker.text(1)));
            assertEquals(offsets, worker.task.preCommit(offsets));
            assertEquals(1, empty("full.fail"));
        }
    }

    /** The broker may ask a directory of users that is away for a while. */
    @Test
    void aRefusedLoginIsFinalAtFirstOnly() throws Exception {
        SecurityConfiguration users = ((ActiveMQJAASSecurityManager) broker.getActiveMQServer().getSecurityManager())
                .getConfiguration();
        try (Worker worker = Worker.start(Worker.props(url, "login"))) {
            worker.put(Worker.text(0));
            users.removeUser(BrokerMain.USER);
            ((SecurityStoreImpl) broker.getActiveMQServer().getSecurityStore()).invalidateAuthenticationCache();
            broker.getActiveMQServer().getRemotingService().getConnections().forEach(each -> each.fail(new ActiveMQException()));
            RetriableException e = assertThrows(RetriableException.class, () -> {
                // The first batch may only notice that the connection is gone.
                worker.put(Worker.text(1));
                worker.put(Worker.text(1));
            });
            assertThrows(RetriableException.class, () -> worker.put(Worker.text(1)), e.toString());
            ConnectException first = assertThrows(ConnectException.class, () -> Worker.start(Worker.props(url, "login")));
            assertFalse(first instanceof RetriableException, first.toString());
            users.addUser(BrokerMain.USER, BrokerMain.PASSWORD);
            users.addRole(BrokerMain.USER, "writers");
            ((SecurityStoreImpl) broker.getActiveMQServer().getSecurityStore()).invalidateAuthenticationCache();
            worker.putUntilDelivered(List.of(Worker.text(1)));
        } finally {
            users.addUser(BrokerMain.USER, BrokerMain.PASSWORD);
            users.addRole(BrokerMain.USER, "writers");
        }
        try (Inbox inbox = new Inbox(url, "login", false)) {
            assertEquals(Worker.rows(0, 2), inbox.restOfTexts());
        }
    }

    @Test
    void metricsTellOfMessagesRetriesAndRepeats() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName(
                "dev.connectcdc:type=jms-sink-task-metrics,connector=\"test-sink\",task=\"7\"");
        Map<String, String> props =
                Worker.props(url, "metrics", "task.number", "7", "jms.duplicate.detection", "true", "jms.message.format", "map");
        long before = System.currentTimeMillis();
        Worker successor;
        try (Worker worker = Worker.startTolerant(props)) {
            assertEquals(true, server.getAttribute(name, "Connected"));
            assertEquals(0L, server.getAttribute(name, "LastCommitTime"));
            SinkRecord[] batch = {Worker.record(0, null, Map.of("id", 0)), Worker.text(1), Worker.record(2, null, Map.of("id", 2))};
            worker.put(batch);
            worker.put(batch);
            assertEquals(2L, server.getAttribute(name, "MessagesSent"));
            assertEquals(2L, server.getAttribute(name, "RepeatsSkipped"));
            assertEquals(0L, server.getAttribute(name, "Retries"));
            assertTrue((long) server.getAttribute(name, "LastCommitTime") >= before);
            successor = Worker.start(props);
            assertEquals(0L, server.getAttribute(name, "MessagesSent"));
        }
        assertEquals(true, server.isRegistered(name), "it is the successor's");
        successor.close();
        assertEquals(false, server.isRegistered(name));
        Map<String, String> away = Worker.props("tcp://127.0.0.1:1", "metrics", "task.number", "7");
        try (Worker worker = Worker.start(away)) {
            assertThrows(RetriableException.class, () -> worker.put(Worker.text(0)));
            assertEquals(false, server.getAttribute(name, "Connected"));
            assertEquals(1L, server.getAttribute(name, "Retries"));
        }
    }

    @Test
    void topic() throws Exception {
        try (Inbox inbox = new Inbox(url, "news", true);
                Worker worker = Worker.start(Worker.props(url, "news", "jms.destination.type", "topic"))) {
            worker.put(Worker.texts(0, 3));
            for (String row : Worker.rows(0, 3)) {
                assertEquals(row, inbox.next().getBody(String.class));
            }
        }
    }

    @Test
    void destinationAndFactoryByJndiNames() throws Exception {
        Map<String, String> props = Worker.props(url, "theQueue",
                "queue.theQueue", "real.name",
                "jndi.connectionFactory.theFactory", url,
                "connection.factory.name", "theFactory");
        try (Worker worker = Worker.start(props); Inbox inbox = new Inbox(url, "real.name", false)) {
            worker.put(Worker.text(0));
            assertEquals(Worker.rows(0, 1), inbox.restOfTexts());
        }
    }

    @Test
    void jndiPrincipalAndCredentialsConnectWhereNoJmsUserIsSet() throws Exception {
        Map<String, String> props = Worker.props(url, "principal",
                "java.naming.security.principal", BrokerMain.USER,
                "java.naming.security.credentials", BrokerMain.PASSWORD);
        props.keySet().removeAll(Set.of("jms.username", "jms.password"));
        try (Worker worker = Worker.start(props); Inbox inbox = new Inbox(url, "principal", false)) {
            worker.put(Worker.text(0));
            assertEquals(1, inbox.rest().size());
        }
    }

    @Test
    void clientId() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "client", "jms.client.id", "sink-one"))) {
            worker.put(Worker.text(0));
            assertTrue(clientIds().contains("sink-one"), clientIds().toString());
        }
        Map<String, String> several = Worker.props(url, "client", "jms.client.id", "sink-many", "tasks.max", "2");
        try (Worker one = Worker.start(several); Worker two = Worker.start(several)) {
            one.put(Worker.text(1));
            two.put(Worker.text(2));
            assertEquals(2, clientIds().stream().filter(id -> id.startsWith("sink-many-")).count());
        }
    }

    private static Set<String> clientIds() {
        Set<String> ids = new HashSet<>();
        broker.getActiveMQServer().getSessions().forEach(session -> {
            if (session.getMetaData("jms-client-id") != null) {
                ids.add(session.getMetaData("jms-client-id"));
            }
        });
        return ids;
    }

    @Test
    void aWrongPasswordFailsTheTaskAtOnceAndIsNotTold() {
        Map<String, String> props = Worker.props(url, "q", "jms.password", "wrong-pass-4712");
        ConnectException e = assertThrows(ConnectException.class, () -> Worker.start(props));
        assertFalse(e instanceof RetriableException);
        assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
        assertHasNot("wrong-pass-4712", e);
    }

    @Test
    void aSecretInTheProviderUrlIsNotTold() {
        String secretive = "tcp://127.0.0.1:1?sslEnabled=true&trustStorePath=/no/such/store&trustStorePassword=store-pass-4713";
        try (Worker worker = Worker.start(Worker.props(secretive, "q"))) {
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(Worker.text(0)));
            assertHasNot("store-pass-4713", e);
            assertHasNot(BrokerMain.PASSWORD, e);
        }
        // Artemis' client would print it.
        Map<String, String> broken = Worker.props("tcp://a b?keyStorePassword=store-pass-4713", "q");
        assertHasNot("store-pass-4713", assertThrows(ConfigException.class, () -> Worker.start(broken)));
    }

    @Test
    void aMissingQueueThatTheBrokerDoesNotCreateFailsTheTaskAtOnce() {
        ConnectException e =
                assertThrows(ConnectException.class, () -> Worker.start(Worker.props(url, "fixed.missing")));
        assertFalse(e instanceof RetriableException);
        assertTrue(e.getMessage().contains("no queue 'fixed.missing'"), e.getMessage());
    }

    @Test
    void aMissingConnectionFactoryFailsTheTaskAtOnce() {
        ConnectException e = assertThrows(
                ConnectException.class,
                () -> Worker.start(Worker.props(url, "q", "connection.factory.name", "OtherFactory")));
        assertTrue(e.getMessage().contains("no connection factory 'OtherFactory'"), e.getMessage());
    }

    @Test
    void aUserWhoMayNotSendLosesNothing() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "forbidden.queue"))) {
            ConnectException e = assertThrows(ConnectException.class, () -> worker.put(Worker.text(0)));
            assertFalse(e instanceof RetriableException);
            assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aQueueDeletedUnderTheConnectionLosesNothing(boolean withAddress) throws Exception {
        ActiveMQServer server = broker.getActiveMQServer();
        server.createQueue(QueueConfiguration.of("fixed.gone")
                .setRoutingType(RoutingType.ANYCAST)
                .setAutoCreateAddress(true));
        try (Worker worker = Worker.start(Worker.props(url, "fixed.gone"))) {
            worker.put(Worker.text(0));
            server.destroyQueue(SimpleString.of("fixed.gone"), null, false);
            if (!withAddress) {
                server.addAddressInfo(new AddressInfo("fixed.gone").addRoutingType(RoutingType.ANYCAST));
            }
            assertThrows(RetriableException.class, () -> worker.put(Worker.text(1)));
            ConnectException e = assertThrows(ConnectException.class, () -> worker.put(Worker.text(1)));
            assertFalse(e instanceof RetriableException);
            assertTrue(e.getMessage().contains("no queue 'fixed.gone'"), e.getMessage());
        } finally {
            server.removeAddressInfo(SimpleString.of("fixed.gone"), null, true);
        }
    }

    @Test
    void anAddressFullWithPolicyFailIsWaitedFor() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.fail"))) {
            worker.put(Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            assertThrows(RetriableException.class, () -> worker.put(Worker.text(1)));
            assertEquals(50, worker.timeoutMs());
            assertEquals(1, empty("full.fail"));
            worker.putUntilDelivered(List.of(Worker.text(1)));
            assertEquals(1, empty("full.fail"));
        }
    }

    @Test
    void anAddressFullWithPolicyBlockIsWaitedForWithoutHanging() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.block", "jms.batch.timeout.ms", "1500"))) {
            List<SinkRecord> big = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                big.add(Worker.record(i, Schema.STRING_SCHEMA, "x".repeat(20_000)));
            }
            worker.putUntilDelivered(big.subList(0, 1));
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(big.subList(1, 20)));
            assertTrue(e.getMessage().contains("did not answer within 1500 ms"), e.getMessage());
            assertEquals(1, empty("full.block"));
        }
        try (Worker worker = Worker.start(Worker.props(url, "full.block"))) {
            worker.putUntilDelivered(List.of(Worker.text(1)));
            assertEquals(1, empty("full.block"));
        }
    }

    @Test
    void anAddressFullWithPolicyPageTakesAll() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.page"))) {
            for (int i = 0; i < 20; i++) {
                worker.put(Worker.record(i, Schema.STRING_SCHEMA, "x".repeat(5_000)));
            }
            assertEquals(20, empty("full.page"));
        }
    }

    /** The broker's own choice, which it does not report; the documentation warns. */
    @Test
    void anAddressFullWithPolicyDropLosesWithoutAWord() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.drop"))) {
            worker.put(Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            worker.put(Worker.text(1));
            assertEquals(1, empty("full.drop"));
        }
    }

    @Test
    void aMessageLargerThanTheBrokersJournalFilesArrives() throws Exception {
        String text = "x".repeat(5 << 20);
        for (String parameter : new String[] {"", "?minLargeMessageSize=100000000"}) {
            try (Worker worker = Worker.start(Worker.props(url + parameter, "large"));
                    Inbox inbox = new Inbox(url, "large", false)) {
                worker.put(Worker.record(0, Schema.STRING_SCHEMA, text));
                assertEquals(text, inbox.next().getBody(String.class));
            }
        }
    }

    private static int empty(String queue) throws Exception {
        try (Inbox inbox = new Inbox(url, queue, false)) {
            return inbox.rest().size();
        }
    }

    @Test
    void backoffGrowsAndStartsAnewAfterASuccess() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "full.fail", "jms.retry.backoff.max.ms", "150"))) {
            worker.put(Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000)));
            for (long expected : new long[] {50, 100, 150, 150}) {
                assertThrows(RetriableException.class, () -> worker.put(Worker.text(1)));
                assertEquals(expected, worker.timeoutMs());
            }
            empty("full.fail");
            worker.putUntilDelivered(List.of(Worker.record(1, Schema.STRING_SCHEMA, "x".repeat(50_000))));
            assertThrows(RetriableException.class, () -> worker.put(Worker.text(2)));
            assertEquals(50, worker.timeoutMs());
        } finally {
            empty("full.fail");
        }
    }

    @Test
    void duplicateDetectionDropsABatchThatComesAgain() throws Exception {
        Map<String, String> props = Worker.props(url, "once", "jms.duplicate.detection", "true");
        try (Inbox inbox = new Inbox(url, "once", false)) {
            try (Worker worker = Worker.start(props)) {
                worker.put(Worker.texts(0, 10));
                worker.put(Worker.texts(0, 10));
            }
            try (Worker restarted = Worker.start(props)) {
                restarted.put(Worker.texts(5, 15));
                restarted.put(Worker.texts(15, 20));
            }
            assertEquals(Worker.rows(0, 20), inbox.restOfTexts());
        }
    }

    /** Or the transaction of a connection that was given up, still on its way in the broker, meets its own repeat. */
    @Test
    void withDuplicateDetectionATaskHasOneConnectionAtATime() throws Exception {
        JmsSinkConfig config = new JmsSinkConfig(Worker.props(url, "fence", "jms.duplicate.detection", "true"));
        try (JmsLink first = JmsLink.open(config, 0)) {
            first.send(new Outgoing(first.session().createMessage(), "fence", 4, 0, 0));
            assertThrows(InvalidClientIDException.class, () -> JmsLink.open(config, 0).close());
        }
        JmsLink.open(config, 0).close();
        JmsSinkConfig ofAnotherTask = new JmsSinkConfig(Worker.props(url, "fence", "jms.duplicate.detection", "true"));
        try (JmsLink first = JmsLink.open(config, 0); JmsLink second = JmsLink.open(ofAnotherTask, 0)) {
            assertNotSame(first, second);
        }
    }

    @Test
    void duplicateDetectionFindsWhatIsNewBetweenWhatIsKnown() throws Exception {
        Map<String, String> props = Worker.props(url, "between", "jms.duplicate.detection", "true");
        try (Inbox inbox = new Inbox(url, "between", false); Worker worker = Worker.start(props)) {
            worker.put(Worker.texts(0, 10));
            List<SinkRecord> mixed = new ArrayList<>();
            for (long offset : new long[] {3, 10, 4, 5, 11, 12, 13, 6, 14, 15, 16, 17, 9}) {
                mixed.add(Worker.text(offset));
            }
            worker.put(mixed);
            assertEquals(Worker.rows(0, 18), inbox.restOfTexts());
        }
    }

    @Test
    void withoutDuplicateDetectionABatchThatComesAgainArrivesAgain() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "twice")); Inbox inbox = new Inbox(url, "twice", false)) {
            worker.put(Worker.texts(0, 2));
            worker.put(Worker.texts(0, 2));
            assertEquals(4, inbox.rest().size());
            assertNull(inbox.rest().stream().findAny().orElse(null));
        }
    }

    @Test
    void aStoppedTaskLeavesNoConnection() throws Exception {
        // Those of the tests before: the broker notices a closed connection a little later.
        awaitNoConnection();
        try (Worker worker = Worker.start(Worker.props(url, "leak"))) {
            worker.put(Worker.text(0));
            assertTrue(broker.getActiveMQServer().getConnectionCount() > 0);
        }
        awaitNoConnection();
    }

    private static void awaitNoConnection() throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (broker.getActiveMQServer().getConnectionCount() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertEquals(0, broker.getActiveMQServer().getConnectionCount());
    }
}
