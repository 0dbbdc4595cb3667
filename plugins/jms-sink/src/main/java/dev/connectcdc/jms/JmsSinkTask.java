package dev.connectcdc.jms;

import dev.connectcdc.values.PluginVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches that Connect brings: one transaction each, committed before {@link #put} returns. So the offsets
 * that Connect commits are always those of messages that the broker has, and flush has nothing to do. A batch that
 * failed comes again after a back-off, for as long as it takes: each message arrives at least once, in order.
 */
public class JmsSinkTask extends SinkTask {

    private static final Logger LOG = LoggerFactory.getLogger(JmsSinkTask.class);

    /** How long {@link #stop} waits for the connection to close; Connect gives all tasks of a worker 5 s. */
    private static final long CLOSE_LIMIT_MS = 3_000;

    private JmsSinkConfig config;
    private BoundedThread thread;
    private JmsDelivery delivery;
    private int failuresInARow;

    @Override
    public String version() {
        return PluginVersion.of(JmsSinkTask.class);
    }

    /** Connects, so that a wrong password fails the task now; a broker that is away is waited for later. */
    @Override
    public void start(Map<String, String> props) {
        config = new JmsSinkConfig(props);
        thread = new BoundedThread("jms-sink-" + props.get("name"));
        try {
            bounded(delivery -> {
                delivery.connect();
                return null;
            });
        } catch (RetriableException e) {
            LOG.warn("No connection yet, the first batch tries again: {}", e.getMessage());
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        ErrantRecordReporter reporter = context.errantRecordReporter();
        try {
            List<JmsDelivery.BadRecord> bad = bounded(delivery -> delivery.deliver(records, reporter != null));
            failuresInARow = 0;
            // Only now: a batch that failed comes again, and would report its bad records twice.
            bad.forEach(each -> reporter.report(each.record(), each.reason()));
        } catch (RetriableException e) {
            context.timeout(nextBackoffMs());
            throw e;
        }
    }

    @Override
    public void stop() {
        if (thread == null) {
            return;
        }
        try {
            if (delivery != null) {
                thread.call(
                        () -> {
                            delivery.close();
                            return null;
                        },
                        CLOSE_LIMIT_MS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The connection did not close cleanly: {}", e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.stop();
        }
    }

    private <T> T bounded(Function<JmsDelivery, T> work) {
        try {
            if (delivery == null) {
                // Does not load when the JMS API is not in the plugin's folder.
                delivery = new JmsDelivery(config);
            }
            JmsDelivery current = delivery;
            return thread.call(() -> work.apply(current), config.batchTimeoutMs());
        } catch (LinkageError e) {
            throw connectException(e);
        } catch (TimeoutException e) {
            String hint = delivery.hint();
            abandonDelivery();
            throw new RetriableException("the broker did not answer within " + config.batchTimeoutMs() + " ms ("
                    + JmsSinkConfig.BATCH_TIMEOUT + ")" + hint);
        } catch (InterruptedException e) {
            abandonDelivery();
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for the broker", e);
        } catch (ExecutionException e) {
            throw connectException(e.getCause());
        }
    }

    private void abandonDelivery() {
        delivery.abandon();
        delivery = null;
    }

    private static ConnectException connectException(Throwable cause) {
        if (cause instanceof ConnectException known) {
            return known;
        }
        if (cause instanceof LinkageError) {
            return new ConnectException("a class is missing: put the JMS API (jakarta.jms:jakarta.jms-api 3) and the"
                    + " broker's client with its dependencies into the plugin's folder", cause);
        }
        return new ConnectException("unexpected failure of class " + cause.getClass().getName(), cause);
    }

    private long nextBackoffMs() {
        int doublings = Math.min(failuresInARow++, 30);
        return Math.min(config.backoffMs() << doublings, config.longestBackoffMs());
    }
}
