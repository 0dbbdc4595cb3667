package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sink in real workers, between a real Kafka and a real Artemis, all in processes of their own. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectClusterTest {

    private static final int PARTITIONS = 6;
    private static final int TASKS = 3;
    private static final long ARRIVAL_MS = 60_000;

    @TempDir
    static Path folder;

    static KafkaProcess kafka;
    static BrokerProcess broker;
    static ConnectWorkers workers;
    static ConnectWorker worker;

    @BeforeAll
    static void start() throws Exception {
        kafka = new KafkaProcess(folder);
        workers = new ConnectWorkers(kafka, folder);
        broker = new BrokerProcess(folder.resolve("artemis"));
        broker.start();
        worker = workers.addReady();
    }

    @AfterAll
    static void end() {
        if (workers != null) {
            workers.close();
        }
        broker.close();
        kafka.close();
    }

    private static Map<String, String> sink(String topic, String queue, String... more) {
        Map<String, String> props = new HashMap<>(Worker.props(broker.url(), queue, more));
        props.remove("name");
        props.put("topics", topic);
        props.put("jms.forward.kafka.metadata", "true");
        return props;
    }

    /** Waits until all have come and Connect has committed their offsets: then nothing more comes. */
    private static void awaitAll(String connector, String topic, Ledger ledger, long records) throws Exception {
        Await.until(connector + ": all of " + records + " records", ARRIVAL_MS, () -> ledger.distinct() == records);
        Await.until(connector + ": all committed", ARRIVAL_MS,
                () -> Arrays.stream(kafka.committed(connector, topic, PARTITIONS)).sum() == records);
    }

    @Test
    @Order(9)
    void rebalanceInMidBatch() throws Exception {
        kafka.createTopic("rebalance", PARTITIONS);
        Ledger plain = new Ledger(PARTITIONS);
        Ledger once = new Ledger(PARTITIONS);
        try (NumberedRecords records = new NumberedRecords(kafka, "rebalance", PARTITIONS);
                LedgerReader plainReader = new LedgerReader(broker.url(), "plain", plain);
                LedgerReader onceReader = new LedgerReader(broker.url(), "once", once)) {
            String[] tasks = {"tasks.max", Integer.toString(TASKS)};
            worker.put("plain", sink("rebalance", "plain", tasks), TASKS);
            worker.put("once", sink("rebalance", "once", "tasks.max", "3", "jms.duplicate.detection", "true"), TASKS);
            records.flow(500);
            awaitMore(plain, 200);

            ConnectWorker second = workers.addReady();
            awaitWorkers(2, "plain", "once");
            awaitMore(plain, 200);
            long[] committed = kafka.committed("plain", "rebalance", PARTITIONS);
            assertEquals(0, plain.duplicates(), "a worker that joins makes no duplicates");

            worker.kill();
            ConnectWorker third = workers.add();
            second.awaitRunning("plain", TASKS);
            awaitMore(plain, 1000);
            third.awaitHealthy(ARRIVAL_MS);
            worker = third;
            awaitWorkers(2, "plain", "once");
            awaitMore(plain, 200);

            long written = records.endFlow();
            awaitAll("plain", "rebalance", plain, written);
            awaitAll("once", "rebalance", once, written);
            System.out.println("rebalance: plain " + plain + "; with duplicate detection " + once);
            assertNull(plainReader.wrong());
            assertNull(onceReader.wrong());
            assertEquals(0, plain.outOfOrder());
            assertEquals(0, once.outOfOrder());
            assertEquals(0, once.duplicates());
            long[] lowest = plain.lowestDuplicates();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertTrue(lowest[partition] >= committed[partition], "only what was not committed at the kill repeats");
            }
        }
    }

    private static void awaitWorkers(int count, String... connectors) throws Exception {
        Await.until("tasks on " + count + " workers", ARRIVAL_MS, () -> {
            Set<String> workers = new HashSet<>();
            for (String connector : connectors) {
                workers.addAll(worker.taskWorkers(connector));
            }
            return workers.size() == count;
        });
    }

    private static void awaitMore(Ledger ledger, long records) throws Exception {
        long goal = ledger.distinct() + records;
        Await.until(records + " more records, after " + ledger, ARRIVAL_MS, () -> ledger.distinct() >= goal);
    }
}
