package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A million records through two sinks, one with duplicate detection and one without, or through one with states in the
 * broker, while at random moments the broker is killed or frozen and workers are killed; with states workers also hang
 * until others have their partitions. Takes minutes: {@code mvn -f plugins -pl jms-sink -am test -Dsoak=true
 * -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false}; {@code -Dsoak.seed} repeats a run's choices,
 * {@code -Dsoak.records} and {@code -Dsoak.minutes} make it shorter: no record is written in the last minutes.
 */
@EnabledIfSystemProperty(named = "soak", matches = "true")
class SoakTest {

    private static final long RECORDS = Long.getLong("soak.records", 1_000_000);
    private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
    private static final Duration LIMIT = Duration.ofMinutes(Long.getLong("soak.minutes", 30));
    /** Part of the limit in which records are written; the rest is for their arrival. */
    private static final Duration WRITING = LIMIT.multipliedBy(3).dividedBy(4);
    /** Records that are written and that the slower sink has not delivered yet, at most. */
    private static final long AHEAD = 100_000;
    private static final int TASKS = 3;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final Ledger plain = new Ledger(Chain.PARTITIONS);
    private final Ledger once = new Ledger(Chain.PARTITIONS);
    private final Ledger exact = new Ledger(Chain.PARTITIONS);
    private List<Ledger> ledgers = List.of(plain, once);
    private final List<ConnectWorker> alive = new ArrayList<>();
    private final long begin = System.nanoTime();

    @Test
    void aMillionRecordsWithKills() {
        assertTimeoutPreemptively(LIMIT, this::sendWithKills);
    }

    @ParameterizedTest
    @EnumSource
    void aMillionRecordsExactlyOnce(BrokerKind kind) {
        assertTimeoutPreemptively(LIMIT, () -> sendExactlyOnce(kind));
    }

    private void sendExactlyOnce(BrokerKind kind) throws Exception {
        say("seed " + SEED + ", " + kind);
        ledgers = List.of(exact);
        try (Chain chain = new Chain(folder, kind);
                NumberedRecords records = new NumberedRecords(chain.kafka, createdTopic(chain), Chain.PARTITIONS);
                LedgerReader reader = new LedgerReader(chain.broker, "rows.exact", exact)) {
            alive.add(chain.workers.addReady());
            alive.add(chain.workers.addReady());
            alive.get(0).put("exact", chain.exactSink("soak", chain.broker, "rows.exact", TASKS), TASKS);
            long started = System.nanoTime();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(records));
            disturbUntilMostHaveCome(chain);
            writing.get();
            chain.awaitAll("exact", "soak", exact, records.flushed());
            say((System.nanoTime() - started) / 1_000_000_000 + " s; exactly once: " + exact);
            assertAll(
                    () -> assertNull(reader.wrong()),
                    () -> assertEquals(0, exact.outOfOrder()),
                    () -> assertEquals(List.of(), exact.repeats()));
        }
    }

    private void sendWithKills() throws Exception {
        say("seed " + SEED);
        try (Chain chain = new Chain(folder);
                NumberedRecords records = new NumberedRecords(chain.kafka, createdTopic(chain), Chain.PARTITIONS);
                LedgerReader plainReader = new LedgerReader(chain.broker, "plain", plain);
                LedgerReader onceReader = new LedgerReader(chain.broker, "once", once)) {
            alive.add(chain.workers.addReady());
            alive.add(chain.workers.addReady());
            String[] settings = {
                "tasks.max", Integer.toString(TASKS), "jms.retry.backoff.max.ms", "1000"
            };
            alive.get(0).put("plain", chain.sink("soak", "plain", settings), TASKS);
            alive.get(0).put("once", withDetection(chain, settings), TASKS);
            long started = System.nanoTime();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(records));
            disturbUntilMostHaveCome(chain);
            writing.get();
            long written = records.flushed();
            chain.awaitAll("plain", "soak", plain, written);
            chain.awaitAll("once", "soak", once, written);
            say((System.nanoTime() - started) / 1_000_000_000 + " s; without duplicate detection: " + plain
                    + "; with it: " + once);
            say("duplicates began at " + plain.repeats());
            assertAll(
                    () -> assertNull(plainReader.wrong()),
                    () -> assertNull(onceReader.wrong()),
                    () -> assertEquals(0, plain.outOfOrder()),
                    () -> assertEquals(0, once.outOfOrder()),
                    () -> assertEquals(List.of(), once.repeats()));
        }
    }

    private static Map<String, String> withDetection(Chain chain, String[] settings) {
        Map<String, String> props = chain.sink("soak", "once", settings);
        props.put("jms.duplicate.detection", "true");
        return props;
    }

    private static String createdTopic(Chain chain) throws Exception {
        chain.kafka.createTopic("soak", Chain.PARTITIONS);
        return "soak";
    }

    private void write(NumberedRecords records) {
        while (records.written() < RECORDS && !isWritingOver()) {
            if (records.written() - slower().distinct() < AHEAD) {
                records.write(Math.min(1_000, RECORDS - records.written()));
            } else {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    private boolean isWritingOver() {
        return System.nanoTime() - begin > WRITING.toNanos();
    }

    private void disturbUntilMostHaveCome(Chain chain) throws Exception {
        while (!isWritingOver()) {
            long goal = slower().distinct() + RECORDS / 40 + random.nextLong(RECORDS / 20);
            if (goal > RECORDS * 19 / 20) {
                return;
            }
            Ledger watched = ledgers.get(random.nextInt(ledgers.size()));
            long until = Math.max(goal, watched.distinct());
            Await.until("record " + until + ", after " + watched, TimeUnit.MINUTES.toMillis(10),
                    () -> watched.distinct() >= until || isWritingOver());
            Thread.sleep(random.nextInt(500));
            disturb(chain);
        }
    }

    private Ledger slower() {
        return Collections.min(ledgers, Comparator.comparingLong(Ledger::distinct));
    }

    private void disturb(Chain chain) throws Exception {
        int choice = random.nextInt(ledgers.contains(exact) ? 4 : 3);
        long rest = random.nextInt(5_000);
        say(List.of("broker killed, back after ", "broker frozen for ", "worker killed, another one after ",
                "worker hangs until after ").get(choice) + rest + " ms; " + ledgers);
        switch (choice) {
            case 0 -> {
                chain.broker.kill();
                Thread.sleep(rest);
                chain.broker.start();
            }
            case 1 -> {
                chain.broker.freeze();
                Thread.sleep(rest);
                chain.broker.thaw();
            }
            case 3 -> {
                ConnectWorker zombie = alive.get(random.nextInt(alive.size()));
                zombie.freeze();
                Thread.sleep(ConnectWorkers.SESSION_MS + 1_000 + rest);
                zombie.thaw();
            }
            default -> {
                alive.remove(random.nextInt(alive.size())).kill();
                Thread.sleep(rest);
                alive.add(chain.workers.addReady());
            }
        }
    }

    private static void say(String line) {
        System.out.println("soak: " + line);
    }
}
