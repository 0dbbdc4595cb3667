package dev.connectcdc.jms;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A real Kafka broker, controller of itself, in a process of its own. */
final class KafkaProcess implements AutoCloseable {

    /** What broker and workers log, to the file of their output. */
    static final Map<String, String> LOG4J = Map.of(
            "log4j.rootLogger", "INFO, out",
            "log4j.appender.out", "org.apache.log4j.ConsoleAppender",
            "log4j.appender.out.layout", "org.apache.log4j.PatternLayout",
            "log4j.appender.out.layout.ConversionPattern", "[%d] %p %m (%c)%n",
            "log4j.logger.org.apache.kafka.clients", "WARN",
            "log4j.logger.kafka", "WARN");

    private static final long ANSWER_SECONDS = 60;

    private final JavaProcess process;
    private final String bootstrapServers;
    private final Admin admin;

    /** Starts it; what is asked of it waits until it answers. */
    KafkaProcess(Path folder) throws IOException {
        int port = BrokerMain.freePort();
        int controller = BrokerMain.freePort();
        Path data = Files.createDirectories(folder.resolve("kafka-data"));
        // What kafka-storage.sh format would write, without another JVM.
        writeProperties(data.resolve("meta.properties"), Map.of(
                "version", "1", "cluster.id", "Y29ubmVjdC1jZGMtdGVzdA", "node.id", "1",
                "directory.id", "AAAAAAAAAAAAAAAAAAAAZA"));
        Path config = writeProperties(folder.resolve("kafka.properties"), config(data, port, controller));
        Path log4j = writeProperties(folder.resolve("kafka-log4j.properties"), LOG4J);
        bootstrapServers = "127.0.0.1:" + port;
        process = new JavaProcess("kafka-" + port, System.getProperty("java.class.path"),
                List.of("-Xmx384m", "-Dlog4j.configuration=file:" + log4j), "kafka.Kafka", config.toString());
        admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", "60000"));
    }

    private static Map<String, String> config(Path data, int port, int controller) {
        Map<String, String> config = new HashMap<>(Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "controller.quorum.voters", "1@127.0.0.1:" + controller,
                "controller.listener.names", "CONTROLLER",
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs", data.toString()));
        config.putAll(Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "group.initial.rebalance.delay.ms", "0",
                "group.min.session.timeout.ms", "1000",
                "log.cleaner.dedupe.buffer.size", "16777216",
                "auto.create.topics.enable", "false"));
        return config;
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    void createTopic(String name, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** Writes records to partition 0, the values without keys. */
    void send(String topic, String... values) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, null, value)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** @return the first records of partition 0 */
    List<ConsumerRecord<String, String>> read(String topic, int count) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Await.until(count + " records in " + topic, TimeUnit.SECONDS.toMillis(ANSWER_SECONDS), () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return records.size() >= count;
            });
        }
        return records;
    }

    /** @return a new member of a group that reads the topic, with Connect's settings of groups */
    KafkaConsumer<String, String> member(String group, String topic) {
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "group.id", group,
                        "enable.auto.commit", "false",
                        "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    /** @return by partition the offset that the connector has committed; 0 where none */
    long[] committed(String connector, String topic, int partitions) throws Exception {
        long[] offsets = new long[partitions];
        admin.listConsumerGroupOffsets("connect-" + connector)
                .partitionsToOffsetAndMetadata()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, offset) -> {
                    if (partition.topic().equals(topic) && offset != null) {
                        offsets[partition.partition()] = offset.offset();
                    }
                });
        return offsets;
    }

    @Override
    public void close() {
        admin.close();
        process.close();
    }

    static Path writeProperties(Path file, Map<String, String> values) throws IOException {
        Properties properties = new Properties();
        properties.putAll(values);
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        return file;
    }
}
