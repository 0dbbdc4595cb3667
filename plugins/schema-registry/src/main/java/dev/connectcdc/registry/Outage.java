package dev.connectcdc.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A time in which no URL of the registry gives an answer to one request. */
final class Outage {

    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private static final long FIRST_PAUSE_MS = 100;

    private static final long LONGEST_PAUSE_MS = 5000;

    private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(30);

    private final String urls;

    private final Duration limit;

    private final Instant since = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final long begun = System.nanoTime();

    private long nextWarning = begun;

    private long pauseMs = FIRST_PAUSE_MS;

    /**
     * @param urls all of the registry
     * @param limit how long it may last
     */
    Outage(String urls, Duration limit) {
        this.urls = urls;
        this.limit = limit;
    }

    /**
     * Waits before the next attempt, longer each time.
     *
     * @param trouble what the last attempt met
     * @throws RegistryError when the limit is reached
     */
    void pause(String trouble, Exception cause) {
        long now = System.nanoTime();
        long leftMs = limit.minusNanos(now - begun).toMillis();
        if (leftMs <= 0) {
            throw new RegistryError("the schema registry at " + urls + " does not answer since " + since + " (" + trouble
                    + "). Start it, or correct " + RegistryConfig.URLS + ", then restart the task. No record is lost meanwhile. "
                    + RegistryConfig.WAIT_MS + " sets how long a task waits.", cause);
        }
        if (now - nextWarning >= 0) {
            LOG.warn("The schema registry at {} does not answer since {} ({}). The task waits for it until {}, and loses no record.",
                    urls, since, trouble, since.plus(limit));
            nextWarning = now + BETWEEN_WARNINGS.toNanos();
        }
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(pauseMs, leftMs));
        } catch (InterruptedException e) {
            throw interrupted(urls, e);
        }
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }

    void end() {
        LOG.info("The schema registry at {} answers again.", urls);
    }

    static RegistryError interrupted(String urls, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new RegistryError("interrupted while waiting for the schema registry at " + urls, cause);
    }
}
