package dev.connectcdc.jms;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Streams rows through a task until it is stopped, in batches, and counts. */
final class RowStream {

    static final int BATCH = 50;

    private static final long PROGRESS_MS = 90_000;

    private final Worker worker;
    private final CompletableFuture<Void> done;
    private volatile boolean ended;
    private volatile long taken;

    RowStream(Worker worker) {
        this.worker = worker;
        this.done = CompletableFuture.runAsync(this::run);
    }

    private void run() {
        try {
            while (!ended) {
                worker.putUntilTaken(Worker.texts(taken, taken + BATCH));
                taken += BATCH;
            }
            worker.putUntilDelivered(List.of());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void awaitMore(int batches) throws Exception {
        long goal = taken + (long) batches * BATCH;
        Await.until(batches + " batches", PROGRESS_MS, () -> taken >= goal || done.isDone());
        if (done.isDone()) {
            done.get();
        }
    }

    /** Waits for as many failed batches more. */
    void awaitFailures(int count) throws Exception {
        int goal = worker.failures.size() + count;
        Await.until(count + " failures", PROGRESS_MS, () -> worker.failures.size() >= goal);
    }

    /** Goes on while the broker is killed and started again so many times, and ends. Returns as {@link #end}. */
    long endAfterKills(BrokerProcess broker, int kills) throws Exception {
        for (int kill = 0; kill < kills; kill++) {
            awaitMore(5);
            broker.kill();
            broker.start();
        }
        awaitMore(5);
        return end();
    }

    /** Goes on while the broker stands still for so many failed batches, and ends. Returns as {@link #end}. */
    long endAfterFreeze(BrokerProcess broker, int failures) throws Exception {
        awaitMore(5);
        broker.freeze();
        awaitFailures(failures);
        broker.thaw();
        awaitMore(5);
        return end();
    }

    /** @return how many rows were delivered */
    long end() throws Exception {
        ended = true;
        done.get(60, TimeUnit.SECONDS);
        return taken;
    }
}
