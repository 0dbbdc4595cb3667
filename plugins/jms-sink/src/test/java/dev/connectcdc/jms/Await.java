package dev.connectcdc.jms;

import java.util.concurrent.Callable;

/** Waits for a condition. */
final class Await {

    private static final long STEP_MS = 20;

    private Await() {}

    /** @throws AssertionError when it does not hold within the time */
    static void until(String what, long limitMs, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limitMs * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limitMs + " ms: " + what);
            }
            Thread.sleep(STEP_MS);
        }
    }
}
