package dev.connectcdc.jms;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.MDC;

/**
 * Runs calls one after another on a thread of its own. A JMS client may wait for ever (for credits of a full address, for
 * a broker that is frozen); the task's thread may not, or its consumer leaves the group.
 */
final class BoundedThread {

    private final String name;
    private ExecutorService executor;

    /** @param name the thread's name */
    BoundedThread(String name) {
        this.name = name;
    }

    /**
     * @param call what to do after the calls before it
     * @return what the call returns; nothing when {@link #stop} comes first
     */
    <T> Future<T> submit(Callable<T> call) {
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(this::newThread);
        }
        return executor.submit(call);
    }

    /** Interrupts what runs, drops what waits, and ends the thread when it comes back; a later call gets a new thread. */
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
