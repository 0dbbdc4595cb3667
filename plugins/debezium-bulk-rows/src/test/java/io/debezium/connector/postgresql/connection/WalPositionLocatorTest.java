package io.debezium.connector.postgresql.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.debezium.connector.postgresql.connection.ReplicationMessage.NoopMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes again after a restart, from what PostgreSQL sends: a transaction of two pages of three rows, and a row after it. */
class WalPositionLocatorTest {

    private record Sent(long lsn, Operation operation, String name) {}

    private static final Lsn COMMIT_BEFORE = Lsn.valueOf(90L);

    private static final List<Sent> LOG = List.of(
            new Sent(100, Operation.BEGIN, "begin"),
            new Sent(100, Operation.INSERT, "a1"),
            new Sent(100, Operation.INSERT, "a2"),
            new Sent(100, Operation.INSERT, "a3"),
            new Sent(200, Operation.INSERT, "b1"),
            new Sent(200, Operation.INSERT, "b2"),
            new Sent(200, Operation.INSERT, "b3"),
            new Sent(300, Operation.COMMIT, "commit"),
            new Sent(400, Operation.BEGIN, "begin"),
            new Sent(400, Operation.INSERT, "c1"),
            new Sent(500, Operation.COMMIT, "commit"));

    @ParameterizedTest
    @CsvSource({
        // BEGIN counts as one of those to skip
        "100, 1, a1 a2 a3 b1 b2 b3 c1",
        "100, 2, a2 a3 b1 b2 b3 c1",
        "100, 3, b1 b2 b3 c1",
        "200, 1, b2 b3 c1",
        "200, 2, b3 c1",
        "200, 3, c1",
    })
    void noRowIsLostAfterAnyOfThem(long lsn, long done, String rows) {
        assertEquals(rows, after(new WalPositionLocator(COMMIT_BEFORE, Lsn.valueOf(lsn), Operation.INSERT, done)));
    }

    @Test
    void theRowsOfAPageComeAgainWhereTheirNumberIsNotKnown() {
        assertEquals("b1 b2 b3 c1", after(new WalPositionLocator(COMMIT_BEFORE, Lsn.valueOf(200L), Operation.INSERT)));
    }

    @Test
    void aSingleRowDoesNotComeAgain() {
        WalPositionLocator locator = new WalPositionLocator(Lsn.valueOf(300L), Lsn.valueOf(400L), Operation.INSERT, 1);
        assertEquals("", after(locator));
    }

    @Test
    void aTransactionFollowsTheStoredCommit() {
        WalPositionLocator locator = new WalPositionLocator(Lsn.valueOf(300L), Lsn.valueOf(300L), Operation.COMMIT, 0);
        assertEquals("c1", after(locator));
        assertEquals("a1 a2 a3 b1 b2 b3 c1", after(new WalPositionLocator(COMMIT_BEFORE, COMMIT_BEFORE, Operation.COMMIT, 0)));
    }

    /** The two passes of PostgresStreamingChangeEventSource: it finds the position, then reads from the log's begin again. */
    private static String after(WalPositionLocator locator) {
        LOG.stream()
                .takeWhile(sent -> locator.resumeFromLsn(Lsn.valueOf(sent.lsn), message(sent)).isEmpty())
                .forEach(sent -> {});
        locator.enableFiltering();
        List<String> rows = new ArrayList<>();
        for (Sent sent : LOG) {
            boolean skipped = locator.skipMessage(Lsn.valueOf(sent.lsn));
            if (!skipped && sent.operation == Operation.INSERT) {
                rows.add(sent.name);
            }
        }
        return String.join(" ", rows);
    }

    private static ReplicationMessage message(Sent sent) {
        return new NoopMessage(1L, Instant.EPOCH, sent.operation);
    }
}
