package dev.connectcdc.jms;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts of one task. They outlive its connections. */
final class SinkMetrics implements SinkMetricsMXBean {

    private static final Logger LOG = LoggerFactory.getLogger(SinkMetrics.class);

    /** By name the task that is registered: one that Connect gave up may stop after its successor has started. */
    private static final Map<ObjectName, SinkMetrics> REGISTERED = new HashMap<>();

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final AtomicLong bad = new AtomicLong();
    private volatile long lastCommitTime;
    private volatile BooleanSupplier connection = () -> false;
    private volatile boolean wasConnected;
    private ObjectName name;

    void register(String connector, String task) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        synchronized (REGISTERED) {
            try {
                name = new ObjectName("dev.connectcdc", new Hashtable<>(Map.of(
                        "type", "jms-sink-task-metrics",
                        "connector", ObjectName.quote(connector),
                        "task", ObjectName.quote(task))));
                if (REGISTERED.put(name, this) != null) {
                    server.unregisterMBean(name);
                }
                server.registerMBean(this, name);
            } catch (JMException e) {
                LOG.warn("No JMX metrics of this task", e);
            }
        }
    }

    void unregister() {
        synchronized (REGISTERED) {
            try {
                if (name != null && REGISTERED.remove(name, this)) {
                    ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
                }
            } catch (JMException e) {
                LOG.warn("The JMX metrics of this task stay", e);
            }
        }
    }

    void committed(long messages) {
        sent.addAndGet(messages);
        lastCommitTime = System.currentTimeMillis();
    }

    void skipped(long repeatsSkipped, long badRecords) {
        repeats.addAndGet(repeatsSkipped);
        bad.addAndGet(badRecords);
    }

    void retried() {
        retries.incrementAndGet();
    }

    /** @param isConnected tells whether there is a connection now */
    void connection(BooleanSupplier isConnected) {
        connection = isConnected;
    }

    void connected() {
        wasConnected = true;
    }

    /** @return whether the task has had a connection */
    boolean wasConnected() {
        return wasConnected;
    }

    @Override
    public long getMessagesSent() {
        return sent.get();
    }

    @Override
    public long getRetries() {
        return retries.get();
    }

    @Override
    public long getRepeatsSkipped() {
        return repeats.get();
    }

    @Override
    public long getBadRecords() {
        return bad.get();
    }

    @Override
    public long getLastCommitTime() {
        return lastCommitTime;
    }

    @Override
    public boolean isConnected() {
        return connection.getAsBoolean();
    }
}
