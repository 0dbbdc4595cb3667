package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that are being sent while Connect does something else, against a real Artemis. */
@Timeout(60)
class OverlapTest extends ArtemisTest {

    /** An address of each test's own that blocks its senders: the broker may count what another test has left there. */
    private final String blocked = "full.block." + System.nanoTime();

    /** A record with a name of a queue in its header, for {@code ${header.to}}. */
    private static SinkRecord to(String queue, int partition, long offset, int size) {
        SinkRecord record = new SinkRecord(Worker.TOPIC, partition, Schema.STRING_SCHEMA, "key-" + offset,
                Schema.STRING_SCHEMA, size == 0 ? "row " + offset : "x".repeat(size), offset, 1L, TimestampType.CREATE_TIME);
        record.headers().addString("to", queue);
        return record;
    }

    private SinkRecord big(int partition, long offset) {
        return to(blocked, partition, offset, 20_000);
    }

    private static List<Message> rest(String queue) throws Exception {
        try (Inbox inbox = new Inbox(url, queue, false)) {
            return inbox.rest();
        }
    }

    /** Waits until the broker blocks whoever sends to the address: what is sent then stays in flight. */
    private void block() throws Exception {
        try (Worker filler = Worker.start(Worker.props(url, blocked))) {
            filler.put(big(0, 0));
        }
    }

    @Test
    void putReturnsBeforeTheCommitAndPreCommitTellsWhatIsCommitted() throws Exception {
        try (BrokerProcess frozen = new BrokerProcess(data.resolve("frozen")).start();
                Worker worker = Worker.start(Worker.props(frozen.url(), "rows"))) {
            worker.put(Worker.texts(0, 10));
            frozen.freeze();
            worker.take(Worker.texts(10, 20));
            worker.take(Worker.texts(20, 30));
            assertEquals(10, worker.commit(0));
            frozen.thaw();
            worker.putUntilDelivered(Worker.texts(30, 40));
            assertEquals(40, worker.commit(0));
            try (Inbox inbox = new Inbox(frozen.url(), "rows", false)) {
                assertEquals(Worker.rows(0, 40), inbox.restOfTexts());
            }
        }
    }

    @Test
    void aBatchThatHasNoRoomIsNotTaken() throws Exception {
        block();
        Map<String, String> props = Worker.props(url, blocked, "jms.batch.timeout.ms", "5000");
        try (Worker worker = Worker.start(props)) {
            for (int i = 0; i < SessionQueue.SIZE; i++) {
                worker.take(List.of(big(0, i)));
            }
            RetriableException e = assertThrows(
                    RetriableException.class, () -> worker.take(List.of(big(0, 9))));
            assertTrue(e.getMessage().contains("did not answer within 5000 ms"), e.getMessage());
            assertEquals(0, worker.commit(0), "nothing of it");
        } finally {
            rest(blocked);
        }
    }

    @Test
    void batchesBehindOneThatFailedWaitForIt() throws Exception {
        block();
        Map<String, String> props =
                Worker.props(url, "q", "jms.destination.name", "${header.to}", "jms.batch.timeout.ms", "5000");
        try (Worker worker = Worker.start(props)) {
            worker.take(List.of(to("order.failed", 0, 0, 0), big(0, 1)));
            worker.take(List.of(to("order.failed", 0, 2, 0)));
            assertEquals(0, worker.commit(0));
            assertThrows(RetriableException.class, () -> worker.take(List.of()));
            assertEquals(List.of(), rest("order.failed"));
            assertEquals(1, rest(blocked).size());
            worker.putUntilDelivered(List.of(to("order.failed", 0, 3, 0)));
            assertEquals(4, worker.commit(0));
            try (Inbox inbox = new Inbox(url, "order.failed", false)) {
                assertEquals(List.of("row 0", "row 2", "row 3"), inbox.restOfTexts());
            }
        } finally {
            rest(blocked);
        }
    }

    @Test
    void aFailureFailsTheTaskWithTheNextPutAndMovesNoOffsets() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "final", "jms.message.format", "map"))) {
            worker.take(List.of(Worker.text(0)));
            assertEquals(0, worker.commit(0));
            assertThrows(DataException.class, () -> worker.take(List.of(Worker.record(1, null, Map.of("id", 1)))));
            assertEquals(0, worker.commit(0));
        }
        assertEquals(List.of(), rest("final"));
    }

    @Test
    void offsetsWaitForTheReportsOfBadRecords() throws Exception {
        try (Worker worker = Worker.startTolerant(Worker.props(url, "reports", "jms.message.format", "map"))) {
            worker.reportsDone = new CompletableFuture<>();
            worker.take(List.of(Worker.text(0)));
            assertEquals(Map.of(), worker.commit());
            worker.reportsDone.complete(null);
            assertEquals(1, worker.commit(0));
        }
    }

    /** Connect asks for offsets before it gives partitions away, and so nothing of them is sent twice. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aRebalanceWaitsForWhatIsBeingSent(int sessions) throws Exception {
        Map<String, String> props = Worker.props(url, "leaves", "jms.sessions", Integer.toString(sessions));
        try (Worker worker = Worker.start(props)) {
            List<SinkRecord> batch = new ArrayList<>(Worker.texts(0, 500));
            batch.add(Worker.routed(1, 500, "elsewhere"));
            worker.take(batch);
            worker.take(Worker.texts(500, 1000));
            assertEquals(1000, worker.commit(0));
            worker.revoke(0);
            worker.put(Worker.text(1000), Worker.routed(1, 501, "elsewhere"));
            assertEquals(1002, rest("leaves").size());
        }
    }

    @Test
    void aRebalanceGivesUpWhatStaysInFlight() throws Exception {
        block();
        Map<String, String> props =
                Worker.props(url, "q", "jms.destination.name", "${header.to}", "jms.batch.timeout.ms", "20000");
        try (Worker worker = Worker.start(props)) {
            worker.take(List.of(to("in.flight", 0, 0, 0), to("in.flight", 1, 0, 0), big(0, 1)));
            worker.take(List.of(to("in.flight", 0, 2, 0), to("in.flight", 1, 1, 0)));
            assertEquals(0, worker.commit(0));
            worker.revoke(0);
            assertEquals(1, rest(blocked).size());
            worker.putUntilDelivered(List.of(to("in.flight", 1, 2, 0)));
            assertEquals(3, worker.commit(1));
            try (Inbox inbox = new Inbox(url, "in.flight", false)) {
                assertEquals(Worker.rows(0, 3), inbox.restOfTexts(), "all of the partition that stays, and nothing of the other");
            }
            assertEquals(List.of(), rest(blocked));
        } finally {
            rest(blocked);
        }
    }

    @Test
    void aTaskThatStopsSendsWhatItHas() throws Exception {
        Worker worker = Worker.start(Worker.props(url, "stops", "jms.sessions", "2"));
        worker.take(Worker.texts(0, 500));
        worker.take(Worker.texts(500, 1000));
        worker.close();
        assertEquals(1000, rest("stops").size());
    }

    @Test
    void aTaskThatStopsGivesUpWhatStaysInFlight() throws Exception {
        block();
        Worker worker = Worker.start(Worker.props(url, blocked));
        worker.take(List.of(big(0, 0)));
        worker.take(List.of(big(0, 1)));
        assertTimeout(Duration.ofSeconds(5), worker::close);
        assertEquals(1, rest(blocked).size());
        Await.until("no connection", 10_000, () -> broker.getActiveMQServer().getConnectionCount() == 0);
        assertEquals(List.of(), rest(blocked), "nothing of it comes later");
    }

    @Test
    void aPartitionKeepsItsSessionAndOneThatFailsHoldsNoOther() throws Exception {
        Map<String, String> props = Worker.props(url, "q", "jms.destination.name", "${header.to}",
                "jms.sessions", "2", "jms.client.id", "many", "jms.retry.backoff.max.ms", "50");
        try (Worker worker = Worker.start(props)) {
            worker.put(to("full.fail", 1, 0, 50_000));
            worker.take(List.of(to("two", 0, 0, 0), to("full.fail", 1, 1, 0), to("two", 0, 1, 0), to("two", 0, 2, 0)));
            assertEquals(3, worker.commit(0));
            assertEquals(1, worker.commit(1));
            assertThrows(RetriableException.class, () -> worker.take(List.of(to("two", 0, 3, 0))));
            try (Inbox inbox = new Inbox(url, "two", false)) {
                assertEquals(Worker.rows(0, 3), inbox.restOfTexts());
                rest("full.fail");
                worker.putUntilDelivered(List.of(to("two", 0, 3, 0), to("two", 1, 2, 0)));
                assertEquals(2, inbox.rest().size());
            }
            assertEquals(3, worker.commit(1));
        } finally {
            rest("full.fail");
        }
    }

    /** The batch is on its way to a broker that stands still, and then is dead. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBrokerKilledWithBatchesInFlight(boolean exactlyOnce) throws Exception {
        try (BrokerProcess killed = new BrokerProcess(data.resolve("killed-" + exactlyOnce)).start()) {
            Map<String, String> props = Worker.props(killed.url(), "rows", "jms.sessions", "2");
            if (exactlyOnce) {
                props.put("exactly.once.state.queue", "rows.states");
            }
            try (Worker worker = Worker.start(props)) {
                worker.put(Worker.texts(0, 100));
                killed.freeze();
                worker.take(Worker.texts(100, 200));
                worker.take(Worker.texts(200, 300));
                killed.kill();
                assertEquals(100, worker.commit(0));
                killed.start();
                worker.putUntilDelivered(Worker.texts(300, 400));
                assertEquals(400, worker.commit(0));
            }
            try (Inbox inbox = new Inbox(killed.url(), "rows", false)) {
                List<String> arrived = inbox.restOfTexts();
                assertEquals(Worker.rows(0, 400), exactlyOnce ? arrived : List.copyOf(new LinkedHashSet<>(arrived)));
            }
        }
    }

    @Test
    void aRefusedRecordIsFoundInABatchBehindAnother() throws Exception {
        Map<String, String> props = Worker.props(url, "refused.behind", "jms.forward.kafka.key", "true");
        try (Worker worker = Worker.startTolerant(props); Inbox inbox = new Inbox(url, "refused.behind", false)) {
            SinkRecord refused = new SinkRecord(Worker.TOPIC, 0, Schema.STRING_SCHEMA, "k".repeat(60_000),
                    Schema.STRING_SCHEMA, "v".repeat(60_000), 11, 1L, TimestampType.CREATE_TIME);
            worker.take(Worker.texts(0, 10));
            worker.take(List.of(Worker.text(10), refused, Worker.text(12)));
            worker.putUntilDelivered(Worker.texts(13, 20));
            assertEquals(List.of(refused), List.copyOf(worker.reported.keySet()));
            List<String> expected = new ArrayList<>(Worker.rows(0, 20));
            expected.remove("row 11");
            assertEquals(expected, inbox.restOfTexts());
            assertEquals(20, worker.commit(0));
        }
    }

    @Test
    void aTaskHasAtLeastOneSession() {
        assertThrows(ConfigException.class, () -> new JmsSinkConfig(Worker.props(url, "q", "jms.sessions", "0")));
    }
}
