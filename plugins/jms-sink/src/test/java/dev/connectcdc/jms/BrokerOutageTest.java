package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Artemis in a process of its own that dies, is away, or freezes. */
@Timeout(120)
class BrokerOutageTest {

    private static final String QUEUE = "rows";
    private static final int BATCH = RowStream.BATCH;

    @TempDir
    Path data;

    private BrokerProcess broker;

    @BeforeEach
    void makeBroker() throws Exception {
        broker = new BrokerProcess(data);
    }

    @AfterEach
    void endBroker() {
        broker.close();
    }

    /** Each row is there, and each for the first time in order: repeats may come, gaps and jumps may not. */
    private void assertNoneLostAndInOrder(long rows) throws Exception {
        try (Inbox inbox = new Inbox(broker.url(), QUEUE, false)) {
            List<String> arrived = inbox.restOfTexts();
            assertEquals(Worker.rows(0, rows), List.copyOf(new LinkedHashSet<>(arrived)));
        }
    }

    @Test
    void killedAndRestartedWhileRowsStream() throws Exception {
        broker.start();
        try (Worker worker = Worker.start(Worker.props(broker.url(), QUEUE))) {
            long rows = new RowStream(worker).endAfterKills(broker, 3);
            assertFalse(worker.failures.isEmpty());
            assertNoneLostAndInOrder(rows);
        }
    }

    @Test
    void frozenWhileRowsStream() throws Exception {
        broker.start();
        Map<String, String> props = Worker.props(broker.url(), QUEUE, "jms.batch.timeout.ms", "700");
        try (Worker worker = Worker.start(props)) {
            long rows = new RowStream(worker).endAfterFreeze(broker, 2);
            assertTrue(worker.failures.get(0).getMessage().contains("did not answer within 700 ms"));
            assertNoneLostAndInOrder(rows);
        }
    }

    @Test
    void frozenWithDuplicateDetectionLeavesNoRepeats() throws Exception {
        broker.start();
        Map<String, String> props =
                Worker.props(broker.url(), QUEUE, "jms.batch.timeout.ms", "700", "jms.duplicate.detection", "true");
        try (Worker worker = Worker.start(props)) {
            long rows = new RowStream(worker).endAfterFreeze(broker, 1);
            try (Inbox inbox = new Inbox(broker.url(), QUEUE, false)) {
                assertEquals(Worker.rows(0, rows), inbox.restOfTexts());
            }
        }
    }

    @Test
    void aFrozenBrokerHangsNeitherStartNorPutNorStop() throws Exception {
        broker.start();
        Map<String, String> props = Worker.props(broker.url(), QUEUE, "jms.batch.timeout.ms", "500");
        Worker connected = Worker.start(props);
        broker.freeze();
        assertTimeout(Duration.ofSeconds(5), () -> {
            assertThrows(RetriableException.class, () -> connected.put(Worker.text(0)));
        });
        Worker second = assertTimeout(Duration.ofSeconds(5), () -> Worker.start(props));
        assertTimeout(Duration.ofSeconds(5), () -> {
            assertThrows(RetriableException.class, () -> second.put(Worker.text(0)));
        });
        assertTimeout(Duration.ofSeconds(5), second::close);
        assertTimeout(Duration.ofSeconds(5), connected::close);
    }

    @Test
    void awayWhenTheTaskStarts() throws Exception {
        try (Worker worker = Worker.start(Worker.props(broker.url(), QUEUE))) {
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(Worker.text(0)));
            assertTrue(e.getMessage().contains("connecting to queue 'rows' failed")
                    || e.getMessage().contains("sending to queue 'rows' failed"), e.getMessage());
            broker.start();
            worker.putUntilDelivered(Worker.texts(0, BATCH));
            assertNoneLostAndInOrder(BATCH);
        }
    }

    @Test
    void aConnectionThatDiedWhileIdleCostsNoFailedBatch() throws Exception {
        broker.start();
        try (Worker worker = Worker.start(Worker.props(broker.url(), QUEUE))) {
            worker.put(Worker.texts(0, BATCH));
            broker.kill();
            broker.start();
            worker.putUntilDelivered(Worker.texts(BATCH, 2 * BATCH));
            assertEquals(List.of(), worker.failures, "the client had noticed before the batch came");
            assertNoneLostAndInOrder(2 * BATCH);
        }
    }
}
