package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.MapMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sink in real workers, between a real Kafka and a real Artemis, all in processes of their own. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectClusterTest {

    private static final int TASKS = 3;
    private static final long ARRIVAL_MS = 120_000;

    @TempDir
    static Path folder;

    static Chain chain;
    static ConnectWorker worker;

    @BeforeAll
    static void start() throws Exception {
        chain = new Chain(folder);
        worker = chain.workers.addReady();
    }

    @AfterAll
    static void end() {
        chain.close();
    }

    @Test
    @Order(1)
    void aPoisonRecordGoesToTheDeadLetterTopicAndTheOthersArrive() throws Exception {
        chain.kafka.createTopic("poison", 1);
        worker.put("tolerant", chain.sink("poison", "tolerant",
                "tasks.max", "1",
                "value.converter", "org.apache.kafka.connect.json.JsonConverter",
                "value.converter.schemas.enable", "false",
                "jms.message.format", "map",
                "errors.tolerance", "all",
                "errors.deadletterqueue.topic.name", "dead-letters",
                "errors.deadletterqueue.topic.replication.factor", "1",
                "errors.deadletterqueue.context.headers.enable", "true"), 1);
        chain.kafka.send("poison", "{\"id\":0}", "\"no struct 4711\"", "no JSON", "{\"id\":3}");

        try (Inbox inbox = new Inbox(chain.broker.url(), "tolerant", false)) {
            assertEquals(0L, ((MapMessage) inbox.next()).getLong("id"));
            assertEquals(3L, ((MapMessage) inbox.next()).getLong("id"));
        }
        List<ConsumerRecord<String, String>> dead = chain.kafka.read("dead-letters", 2);
        assertEquals(
                Set.of("\"no struct 4711\"", "no JSON"),
                dead.stream().map(ConsumerRecord::value).collect(Collectors.toSet()));
        ConsumerRecord<String, String> ours =
                dead.stream().filter(each -> each.value().contains("4711")).findAny().orElseThrow();
        assertEquals("poison", header(ours, "__connect.errors.topic"));
        assertEquals("1", header(ours, "__connect.errors.offset"));
        assertEquals("tolerant", header(ours, "__connect.errors.connector.name"));
        String reason = header(ours, "__connect.errors.exception.message");
        assertTrue(reason.startsWith("topic poison, partition 0, offset 1: a map message needs a struct"), reason);
        Await.until("offsets past the poison", ARRIVAL_MS,
                () -> chain.kafka.committed("tolerant", "poison", 1)[0] == 4);
        worker.delete("tolerant");
    }

    private static String header(ConsumerRecord<String, String> dead, String name) {
        return new String(dead.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    @Order(2)
    void secretsInTheProviderUrlAreTakenFromFilesAndPrintedNowhere() throws Exception {
        KeyStores.make(folder, "broker");
        Files.writeString(chain.workers.secrets().resolve("store-password"), KeyStores.PASSWORD);
        Files.writeString(chain.workers.secrets().resolve("jms-password"), BrokerMain.PASSWORD);
        chain.kafka.createTopic("secret", 1);
        chain.kafka.send("secret", "by TLS", "after an outage");
        int port = BrokerMain.freePort();
        String tls = ";sslEnabled=true;keyStorePath=" + folder.resolve("broker.p12") + ";keyStorePassword=" + KeyStores.PASSWORD;
        String secret = "${directory:" + chain.workers.secrets() + ":%s}";
        Map<String, String> props = chain.sink("secret", "secret",
                "jms.password", secret.formatted("jms-password"),
                "jms.batch.timeout.ms", "2000",
                "java.naming.provider.url", "tcp://127.0.0.1:" + port + "?sslEnabled=true&trustStorePath="
                        + folder.resolve("trusts-broker.p12") + "&trustStorePassword=" + secret.formatted("store-password"));
        worker.put("secret", props, 1);
        // The broker is away at first: what the client logs of its failures is part of the test.
        Await.until("a failure in the log", ARRIVAL_MS, () -> worker.log().contains("Cannot connect to server"));
        EmbeddedActiveMQ broker = BrokerMain.start(folder.resolve("tls"), port, tls);
        try (Inbox inbox = new Inbox("tcp://127.0.0.1:" + port + "?sslEnabled=true&trustStorePath="
                + folder.resolve("trusts-broker.p12") + "&trustStorePassword=" + KeyStores.PASSWORD, "secret", false)) {
            assertEquals("by TLS", inbox.next().getBody(String.class));
        } finally {
            broker.stop();
        }
        Map<String, String> wrong = new HashMap<>(props);
        wrong.put("jms.priority", "11");
        wrong.put("connector.class", JmsSinkConnector.class.getName());
        wrong.put("name", "secret");
        for (String shown : List.of(
                worker.get("/connectors/secret"),
                worker.get("/connectors/secret/tasks"),
                worker.get("/connectors/secret/tasks-config"),
                worker.get("/connectors/secret/status"),
                worker.validate(wrong),
                worker.log())) {
            assertFalse(shown.contains(KeyStores.PASSWORD), shown);
            assertFalse(shown.contains(BrokerMain.PASSWORD), shown);
        }
        assertTrue(worker.validate(wrong).contains("&trustStorePassword=[hidden]"), worker.validate(wrong));
        worker.delete("secret");
    }

    @Test
    @Order(3)
    void committedOffsetsAreNeverAheadOfWhatAKilledBrokerHas() throws Exception {
        chain.kafka.createTopic("ahead", Chain.PARTITIONS);
        Ledger ledger = new Ledger(Chain.PARTITIONS);
        try (NumberedRecords records = new NumberedRecords(chain.kafka, "ahead", Chain.PARTITIONS);
                LedgerReader reader = new LedgerReader(chain.broker, "ahead", ledger)) {
            worker.put("ahead", chain.sink("ahead", "ahead", "tasks.max", "3"), 3);
            records.flow(1000);
            for (int kill = 1; kill <= 2; kill++) {
                long enough = 1500L * kill;
                Await.until("committed offsets", ARRIVAL_MS,
                        () -> Arrays.stream(chain.committed("ahead", "ahead")).sum() > enough);
                chain.broker.kill();
                // Twice the time between two commits of offsets: what is wrong has time to show.
                Thread.sleep(1_000);
                worker.freeze();
                long[] committed = chain.committed("ahead", "ahead");
                chain.broker.start();
                try {
                    Await.until(Arrays.toString(committed) + " in the queue, which had " + ledger, 60_000,
                            () -> IntStream.range(0, committed.length).allMatch(i -> ledger.complete()[i] >= committed[i]));
                } finally {
                    worker.thaw();
                }
            }
            long written = records.endFlow();
            chain.awaitAll("ahead", "ahead", ledger, written);
            assertNull(reader.wrong());
            System.out.println("broker killed twice: " + ledger);
            assertEquals(0, ledger.outOfOrder());
        }
        worker.delete("ahead");
    }

    /** Kafka makes a reporter for a log of errors and for a dead letter topic, also where a report fails the task. */
    @Test
    @Order(4)
    void badRecordsFollowErrorsToleranceWhateverReportsThem() throws Exception {
        Map<String, String[]> reporters = Map.of(
                "silent", new String[0],
                "logs", new String[] {"errors.log.enable", "true"},
                "letters", new String[] {
                    "errors.deadletterqueue.topic.name", "letters-dead",
                    "errors.deadletterqueue.topic.replication.factor", "1"
                });
        for (Map.Entry<String, String[]> reporter : reporters.entrySet()) {
            for (String tolerance : List.of("none", "all")) {
                String name = reporter.getKey() + "-" + tolerance;
                chain.kafka.createTopic(name, 1);
                chain.kafka.send(name, "{\"id\":0}", "\"no struct\"", "{\"id\":2}");
                Map<String, String> props = chain.sink(name, name, reporter.getValue());
                props.putAll(Map.of(
                        "tasks.max", "1",
                        "value.converter", "org.apache.kafka.connect.json.JsonConverter",
                        "value.converter.schemas.enable", "false",
                        "jms.message.format", "map",
                        "errors.tolerance", tolerance));
                worker.put(name, props);
                try (Inbox inbox = new Inbox(chain.broker.url(), name, false)) {
                    if (tolerance.equals("none")) {
                        worker.awaitFailed(name);
                        assertEquals(List.of(), inbox.rest(), name);
                    } else {
                        assertEquals(0L, ((MapMessage) inbox.next()).getLong("id"), name);
                        assertEquals(2L, ((MapMessage) inbox.next()).getLong("id"), name);
                        assertEquals(List.of("RUNNING"), worker.taskStates(name), name);
                    }
                }
                worker.delete(name);
            }
        }
    }

    /** A batch waits for its broker, and a partition of it moves away: Connect itself keeps the records of routed topics. */
    @Test
    @Order(5)
    void aBatchThatWaitsLosesTheRecordsOfPartitionsThatMoveAway() throws Exception {
        chain.kafka.createTopic("stale", 2);
        try (NumberedRecords records = new NumberedRecords(chain.kafka, "stale", 2)) {
            records.write(20);
            records.flushed();
        }
        chain.broker.kill();
        worker.put("stale", chain.sink("stale", "stale",
                "tasks.max", "1",
                "transforms", "route",
                "transforms.route.type", "org.apache.kafka.connect.transforms.RegexRouter",
                "transforms.route.regex", ".*",
                "transforms.route.replacement", "routed"), 1);
        Await.until("a batch that waits", ARRIVAL_MS, () -> worker.log().contains("to queue 'stale' failed"));
        int kept;
        try (KafkaConsumer<String, String> other = chain.kafka.member("connect-stale", "stale")) {
            Await.until("a partition of another member", ARRIVAL_MS, () -> {
                other.poll(Duration.ofMillis(100));
                return other.assignment().size() == 1;
            });
            kept = 1 - other.assignment().iterator().next().partition();
            chain.broker.start();
            Ledger ledger = new Ledger(2);
            try (LedgerReader reader = new LedgerReader(chain.broker, "stale", ledger)) {
                Await.until("all of the partition that stayed", ARRIVAL_MS, () -> {
                    other.poll(Duration.ofMillis(100));
                    return chain.kafka.committed("stale", "stale", 2)[kept] == 10 && ledger.complete()[kept] == 10;
                });
                assertNull(reader.wrong());
                assertEquals(0, ledger.complete()[1 - kept], "they are the other member's");
            }
        }
        worker.delete("stale");
    }

    /** Workers that hang and come back, that are killed, and a broker that is killed, with several tasks. */
    @EnabledIfSystemProperty(named = "soak", matches = "true")
    @ParameterizedTest
    @EnumSource
    @Order(6)
    void withStatesInTheBrokerNothingComesTwice(BrokerKind kind) throws Exception {
        String exact = "exact-" + kind;
        chain.kafka.createTopic(exact, Chain.PARTITIONS);
        Ledger ledger = new Ledger(Chain.PARTITIONS);
        try (BrokerProcess broker = new BrokerProcess(kind, folder.resolve(exact)).start();
                NumberedRecords records = new NumberedRecords(chain.kafka, exact, Chain.PARTITIONS);
                LedgerReader reader = new LedgerReader(broker, "rows.exact", ledger)) {
            ConnectWorker zombie = chain.workers.addReady();
            worker.put(exact, chain.exactSink(exact, broker, "rows.exact", TASKS), TASKS);
            awaitTasksOn(Set.of(worker, zombie), exact);
            records.flow(500);
            Chain.awaitMore(ledger, 500);

            zombie.freeze();
            awaitTasksOn(Set.of(worker), exact);
            Chain.awaitMore(ledger, 2000);
            zombie.thaw();
            awaitTasksOn(Set.of(worker, zombie), exact);
            Chain.awaitMore(ledger, 1000);
            zombie.kill();
            Chain.awaitMore(ledger, 2000);
            broker.kill();
            broker.start();
            Chain.awaitMore(ledger, 1000);

            long written = records.endFlow();
            chain.awaitAll(exact, exact, ledger, written);
            System.out.println("exactly once with " + kind + ": " + ledger);
            assertNull(reader.wrong());
            assertEquals(0, ledger.outOfOrder());
            assertEquals(List.of(), ledger.repeats());
        }
        worker.delete(exact);
    }

    @Test
    @Order(9)
    void rebalanceInMidBatch() throws Exception {
        chain.kafka.createTopic("rebalance", Chain.PARTITIONS);
        Ledger plain = new Ledger(Chain.PARTITIONS);
        Ledger once = new Ledger(Chain.PARTITIONS);
        try (NumberedRecords records = new NumberedRecords(chain.kafka, "rebalance", Chain.PARTITIONS);
                LedgerReader plainReader = new LedgerReader(chain.broker, "plain", plain);
                LedgerReader onceReader = new LedgerReader(chain.broker, "once", once)) {
            String[] tasks = {"tasks.max", Integer.toString(TASKS)};
            worker.put("plain", chain.sink("rebalance", "plain", tasks), TASKS);
            worker.put("once", chain.sink("rebalance", "once", "tasks.max", "3", "jms.duplicate.detection", "true",
                    "jms.sessions", "2"), TASKS);
            records.flow(500);
            Chain.awaitMore(plain, 200);

            ConnectWorker second = chain.workers.addReady();
            awaitTasksOn(Set.of(worker, second), "plain", "once");
            Chain.awaitMore(plain, 200);
            long[] committed = chain.committed("plain", "rebalance");
            assertEquals(0, plain.duplicates(), "a worker that joins makes no duplicates");

            worker.kill();
            ConnectWorker third = chain.workers.add();
            second.awaitRunning("plain", TASKS);
            Chain.awaitMore(plain, 1000);
            third.awaitHealthy(ARRIVAL_MS);
            worker = third;
            awaitTasksOn(Set.of(second, third), "plain", "once");
            Chain.awaitMore(plain, 200);

            long written = records.endFlow();
            chain.awaitAll("plain", "rebalance", plain, written);
            chain.awaitAll("once", "rebalance", once, written);
            System.out.println("rebalance: plain " + plain + "; with duplicate detection " + once);
            assertNull(plainReader.wrong());
            assertNull(onceReader.wrong());
            assertEquals(0, plain.outOfOrder());
            assertEquals(0, once.outOfOrder());
            assertEquals(0, once.duplicates());
            long[] lowest = plain.lowestDuplicates();
            for (int partition = 0; partition < Chain.PARTITIONS; partition++) {
                assertTrue(lowest[partition] >= committed[partition], "only what was not committed at the kill repeats");
            }
        }
    }

    /** Waits until each of the workers has a task of the connectors, and no other worker has one. */
    private static void awaitTasksOn(Set<ConnectWorker> workers, String... connectors) throws Exception {
        Set<String> ids = workers.stream().map(ConnectWorker::id).collect(Collectors.toSet());
        Await.until("tasks on " + ids, ARRIVAL_MS, () -> {
            Set<String> busy = new HashSet<>();
            for (String connector : connectors) {
                busy.addAll(worker.taskWorkers(connector));
            }
            return busy.equals(ids);
        });
    }
}
