package dev.connectcdc.jms;

/**
 * What a task tells over JMX, as {@code dev.connectcdc:type=jms-sink-task-metrics,connector="<name>",task="<number>"}.
 * Counts begin with the start of the task.
 */
public interface SinkMetricsMXBean {

    /** @return messages in committed transactions */
    long getMessagesSent();

    /** @return batches that failed and come again */
    long getRetries();

    /** @return records that the broker had already, and that were not sent again */
    long getRepeatsSkipped();

    /** @return records that were skipped because no message could be made of them, or the broker refused it */
    long getBadRecords();

    /** @return when a transaction was committed for the last time, in milliseconds since 1970; 0 for never */
    long getLastCommitTime();

    /** @return whether there is a connection to the broker */
    boolean isConnected();
}
