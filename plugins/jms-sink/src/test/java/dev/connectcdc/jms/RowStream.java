package dev.connectcdc.jms;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Streams rows through a task until it is told to end, in batches, and counts. */
final class RowStream {

    static final int BATCH = 50;

    private static final long PROGRESS_MS = 90_000;

    private final Worker worker;
    private final CompletableFuture<Void> done;
    private volatile boolean ended;
    private volatile long delivered;

    RowStream(Worker worker) {
        this.worker = worker;
        this.done = CompletableFuture.runAsync(this::run);
    }

    private void run() {
        try {
            while (!ended) {
                worker.putUntilDelivered(Worker.texts(delivered, delivered + BATCH));
                delivered += BATCH;
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void awaitMore(int batches) throws Exception {
        long goal = delivered + (long) batches * BATCH;
        Await.until(batches + " batches", PROGRESS_MS, () -> delivered >= goal || done.isDone());
        if (done.isDone()) {
            done.get();
        }
    }

    /** Waits for as many failed batches more. */
    void awaitFailures(int count) throws Exception {
        int goal = worker.failures.size() + count;
        Await.until(count + " failures", PROGRESS_MS, () -> worker.failures.size() >= goal);
    }

    /** @return how many rows were delivered */
    long end() throws Exception {
        ended = true;
        done.get(60, TimeUnit.SECONDS);
        return delivered;
    }
}
