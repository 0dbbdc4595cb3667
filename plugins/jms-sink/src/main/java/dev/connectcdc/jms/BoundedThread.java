package dev.connectcdc.jms;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.MDC;

/**
 * Runs calls one after another on a thread of its own, each for a limited time. A JMS client may wait for ever (for
 * credits of a full address, for a broker that is frozen); the task's thread may not, or its consumer leaves the group.
 */
final class BoundedThread {

    private final String name;
    private ExecutorService executor;

    /** @param name the thread's name */
    BoundedThread(String name) {
        this.name = name;
    }

    /**
     * @param call what to do; it is interrupted, and its thread left to itself, when the limit has passed
     * @param limitMs longest time in milliseconds
     * @return what the call returned
     * @throws TimeoutException when the limit has passed
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws ExecutionException with what the call threw
     */
    <T> T call(Callable<T> call, long limitMs) throws TimeoutException, InterruptedException, ExecutionException {
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(this::newThread);
        }
        Future<T> result = executor.submit(call);
        try {
            return result.get(limitMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            stop();
            throw e;
        }
    }

    /** Interrupts what runs and ends the thread when it comes back; a later call gets a new thread. */
    void stop() {
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    private Thread newThread(Runnable body) {
        // Connect's logging context: which connector and task a line is of.
        Map<String, String> context = MDC.getCopyOfContextMap();
        Runnable withContext = () -> {
            if (context != null) {
                MDC.setContextMap(context);
            }
            body.run();
        };
        Thread thread = new Thread(withContext, name);
        thread.setDaemon(true);
        // The client's classes, and those it looks up by name, are in the plugin's folder.
        thread.setContextClassLoader(BoundedThread.class.getClassLoader());
        return thread;
    }
}
