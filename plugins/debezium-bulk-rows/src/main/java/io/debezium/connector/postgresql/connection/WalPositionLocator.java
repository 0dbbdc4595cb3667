/*
 * Derived from Debezium 3.7.0.Final, copyright Debezium Authors, Apache License, Version 2.0:
 * http://www.apache.org/licenses/LICENSE-2.0
 */
package io.debezium.connector.postgresql.connection;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in for the class of that name in Debezium 3.7.0.Final, which decides from which message a restarted source goes
 * on. All rows that COPY writes into one page of a table have one LSN. Debezium 3.7.0 keeps how many of them are done, but
 * takes one as all: a task that ends after the first row of a page loses the page's others. Here the changes that come with
 * the stored LSN are counted, whatever the number; BEGIN, which has the LSN of the first change, is not one of them.
 * Debezium 3.7.1 does the same.
 *
 * <p>An offset of an older Debezium has no number. Then all changes of that LSN come again.
 */
public class WalPositionLocator {

    private static final Logger LOGGER = LoggerFactory.getLogger(WalPositionLocator.class);

    private static final Set<Operation> CHANGES =
            EnumSet.of(Operation.INSERT, Operation.UPDATE, Operation.DELETE, Operation.TRUNCATE);

    private final Lsn lastCommitStoredLsn;
    private final Lsn lastEventStoredLsn;
    private final Operation lastProcessedMessageType;
    private final long eventsProcessed;
    private Lsn txStartLsn;
    private Lsn lsnAfterLastEventStoredLsn;
    private Lsn firstLsnReceived;
    private boolean passMessages = true;
    private Lsn startStreamingLsn;
    private boolean isAtLastEventStoredLsn;
    private Set<Lsn> lsnSeen = new HashSet<>();
    private long changesSeen;
    private long messagesToSkip;
    private boolean skipProcessedLogicalMessage;

    public WalPositionLocator(Lsn lastCommitStoredLsn, Lsn lastEventStoredLsn, Operation lastProcessedMessageType) {
        this(lastCommitStoredLsn, lastEventStoredLsn, lastProcessedMessageType, 0);
    }

    /** @param lsnEventsProcessed changes of {@code lastEventStoredLsn} that are done; 0: it is not known */
    public WalPositionLocator(
            Lsn lastCommitStoredLsn,
            Lsn lastEventStoredLsn,
            Operation lastProcessedMessageType,
            long lsnEventsProcessed) {
        this.lastCommitStoredLsn = lastCommitStoredLsn;
        this.lastEventStoredLsn = lastEventStoredLsn;
        this.lastProcessedMessageType = lastProcessedMessageType;
        this.eventsProcessed = CHANGES.contains(lastProcessedMessageType) ? lsnEventsProcessed : 0;
        if (searchingEnabled()) {
            LOGGER.info(
                    "Looking for WAL restart position for last commit LSN '{}' and last change LSN '{}', {} of its changes done",
                    lastCommitStoredLsn,
                    lastEventStoredLsn,
                    eventsProcessed);
        }
    }

    /** Nothing is searched. */
    public WalPositionLocator() {
        this(null, null, null, 0);
    }

    /** @return the LSN to go on from, once it is known */
    public Optional<Lsn> resumeFromLsn(Lsn currentLsn, ReplicationMessage message) {
        Operation operation = message.getOperation();
        lsnSeen.add(currentLsn);
        if (firstLsnReceived == null) {
            firstLsnReceived = currentLsn;
        }
        if (isAtLastEventStoredLsn && !currentLsn.equals(lastEventStoredLsn)) {
            isAtLastEventStoredLsn = false;
            lsnAfterLastEventStoredLsn = currentLsn;
            return startFrom(currentLsn, "the first one after the last change");
        }
        if (currentLsn.equals(lastEventStoredLsn) && CHANGES.contains(lastProcessedMessageType)) {
            if (CHANGES.contains(operation)) {
                changesSeen++;
            }
            if (changesSeen > Math.max(1, eventsProcessed)) {
                messagesToSkip = eventsProcessed;
                return startFrom(currentLsn, eventsProcessed + " changes of it are done");
            }
        }
        if (isAtLastEventStoredLsn) {
            return resumeAtLastEventStoredLsn(currentLsn);
        }
        if (currentLsn.equals(lastEventStoredLsn)) {
            if (lastProcessedMessageType == Operation.COMMIT
                    && operation != Operation.COMMIT
                    && lastEventStoredLsn.equals(lastCommitStoredLsn)) {
                return startFrom(firstLsnReceived, "the last one done is a COMMIT, and another message has its LSN");
            }
            isAtLastEventStoredLsn = true;
        }
        if (lastCommitStoredLsn == null) {
            return startFrom(firstLsnReceived, "no COMMIT is stored");
        }
        if (lastProcessedMessageType == Operation.MESSAGE && lastCommitStoredLsn.equals(lastEventStoredLsn)) {
            return startFrom(firstLsnReceived, "the last one done is a logical message");
        }
        if (operation == Operation.BEGIN) {
            txStartLsn = currentLsn;
        } else if (operation == Operation.COMMIT && currentLsn.compareTo(lastCommitStoredLsn) > 0) {
            return startFrom(firstKnown(), "a COMMIT is newer than the stored one");
        }
        return Optional.empty();
    }

    private Optional<Lsn> resumeAtLastEventStoredLsn(Lsn currentLsn) {
        // BEGIN and the first change have the same LSN
        if (txStartLsn != null
                && (lastProcessedMessageType == null
                        || lastProcessedMessageType == Operation.BEGIN
                        || lastProcessedMessageType == Operation.COMMIT)) {
            return startFrom(txStartLsn, "it follows the BEGIN");
        }
        if (lastProcessedMessageType == Operation.MESSAGE) {
            skipProcessedLogicalMessage = true;
            return startFrom(currentLsn, "the logical message of it is done");
        }
        return Optional.empty();
    }

    private Lsn firstKnown() {
        if (lsnAfterLastEventStoredLsn != null) {
            return lsnAfterLastEventStoredLsn;
        }
        return txStartLsn != null ? txStartLsn : firstLsnReceived;
    }

    private Optional<Lsn> startFrom(Lsn lsn, String reason) {
        startStreamingLsn = lsn;
        LOGGER.info("Will restart from LSN '{}': {}", lsn, reason);
        return Optional.of(lsn);
    }

    /**
     * @return true for a message that was done before the restart. BEGIN and descriptions of tables count, too, since the
     *     decoder does not say what it asks about: of an LSN that has some, as many changes come again.
     */
    public boolean skipMessage(Lsn lsn) {
        if (passMessages) {
            return false;
        }
        if (startStreamingLsn == null || startStreamingLsn.equals(lsn)) {
            if (messagesToSkip > 0) {
                messagesToSkip--;
                return true;
            }
            LOGGER.info("Message with LSN '{}' arrived, switching off the filtering", lsn);
            pass();
            return false;
        }
        if (lsn.isValid() && !lsnSeen.contains(lsn)) {
            throw new DebeziumException(String.format(
                    "Message with LSN '%s' not present among LSNs seen in the location phase '%s'. This is unexpected and can"
                            + " lead to an infinite loop or a data loss.",
                    lsn, lsnSeen));
        }
        return true;
    }

    public boolean skipProcessedLogicalMessage(Lsn lsn) {
        if (skipProcessedLogicalMessage && startStreamingLsn != null && startStreamingLsn.equals(lsn)) {
            skipProcessedLogicalMessage = false;
            pass();
            return true;
        }
        return false;
    }

    private void pass() {
        passMessages = true;
        lsnSeen = new HashSet<>();
    }

    public void enableFiltering() {
        passMessages = false;
    }

    public boolean searchingEnabled() {
        return lastEventStoredLsn != null;
    }

    public Lsn getLastEventStoredLsn() {
        return lastEventStoredLsn;
    }

    public Lsn getLastCommitStoredLsn() {
        return lastCommitStoredLsn;
    }

    @Override
    public String toString() {
        return String.format(
                "WalPositionLocator [lastCommitStoredLsn=%s, lastEventStoredLsn=%s, lastProcessedMessageType=%s,"
                        + " eventsProcessed=%d, startStreamingLsn=%s, messagesToSkip=%d, passMessages=%s]",
                lastCommitStoredLsn,
                lastEventStoredLsn,
                lastProcessedMessageType,
                eventsProcessed,
                startStreamingLsn,
                messagesToSkip,
                passMessages);
    }
}
