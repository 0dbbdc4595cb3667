package dev.connectcdc.jms;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Fills a topic, partition by partition in turn, with records that contain their partition and offset. */
final class NumberedRecords implements AutoCloseable {

    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final int partitions;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean flowing;
    private CompletableFuture<Void> flow;
    private volatile long written;

    /** @param topic must be empty, so that offsets are known before */
    NumberedRecords(KafkaProcess kafka, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", "5"),
                new StringSerializer(), new StringSerializer());
    }

    static String text(int partition, long offset) {
        return partition + "-" + offset;
    }

    /** @return how many were written */
    long written() {
        return written;
    }

    /** Writes as many. */
    void write(long count) {
        for (long end = written + count; written < end; written++) {
            int partition = (int) (written % partitions);
            String text = text(partition, written / partitions);
            producer.send(new ProducerRecord<>(topic, partition, text, text), (metadata, e) -> {
                if (e != null) {
                    failure.set(e);
                }
            });
        }
    }

    /** Writes so many a second until {@link #endFlow}. */
    void flow(int perSecond) {
        flowing = true;
        flow = CompletableFuture.runAsync(() -> {
            while (flowing) {
                write(perSecond / 50);
                LockSupport.parkNanos(20_000_000);
            }
        });
    }

    /** @return how many were written in all */
    long endFlow() throws Exception {
        flowing = false;
        flow.get(60, TimeUnit.SECONDS);
        return flushed();
    }

    /** @return how many were written in all; Kafka has them */
    long flushed() throws Exception {
        producer.flush();
        if (failure.get() != null) {
            throw failure.get();
        }
        return written;
    }

    @Override
    public void close() {
        flowing = false;
        producer.close();
    }
}
