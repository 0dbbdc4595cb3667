package dev.connectcdc.values;

import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.sink.SinkRecord;

/** How errors name a record: by its place in Kafka, never by what is in it. */
public final class RecordName {

    private RecordName() {}

    /**
     * @param record the record
     * @return {@code topic t, partition 0, offset 17}, as Kafka has them whatever transforms made of them; without
     *     what a record on its way into Kafka does not have yet
     */
    public static String of(ConnectRecord<?> record) {
        if (record instanceof SinkRecord sink) {
            return "topic " + sink.originalTopic() + ", partition " + sink.originalKafkaPartition() + ", offset "
                    + sink.originalKafkaOffset();
        }
        String partition = record.kafkaPartition() == null ? "" : ", partition " + record.kafkaPartition();
        return "topic " + record.topic() + partition;
    }
}
