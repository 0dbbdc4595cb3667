package dev.connectcdc.transforms;

import io.debezium.time.MicroTimestamp;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.junit.jupiter.api.Test;

/**
 * CPU time per row of the writers beside that of Kafka's own JSON converter, which makes the same row JSON without
 * reading types, in turns in one run. Not part of the build; run it with {@code mvn -f plugins -pl transforms -am test
 * -Dtest=WriterBenchmark -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class WriterBenchmark {

    private static final int ROWS = 50_000;
    private static final int ROUNDS = 9;
    /** Rounds until the JVM has compiled what runs. */
    private static final int WARM_UP = 3;

    private static final Schema ROW = SchemaBuilder.struct()
            .optional()
            .field("id", Schema.INT64_SCHEMA)
            .field("first_name", Schema.OPTIONAL_STRING_SCHEMA)
            .field("last_name", Schema.OPTIONAL_STRING_SCHEMA)
            .field("email", Schema.OPTIONAL_STRING_SCHEMA)
            .field("active", Schema.BOOLEAN_SCHEMA)
            .field("balance", Decimal.schema(2))
            .field("born", io.debezium.time.Date.schema())
            .field("created_at", MicroTimestamp.schema())
            .field("note", Schema.OPTIONAL_STRING_SCHEMA)
            .build();

    private interface Work {
        int run();
    }

    @Test
    void beside() {
        Struct row = new Struct(ROW)
                .put("id", 4711L)
                .put("first_name", "Ada")
                .put("last_name", "Lovelace")
                .put("email", "ada.lovelace@example.com")
                .put("active", true)
                .put("balance", new BigDecimal("12.50"))
                .put("born", -56270)
                .put("created_at", 1795399512846509L);
        Map<String, Work> works = new LinkedHashMap<>();
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", false), false);
        works.put("JsonConverter", () -> converter.fromConnectData(Events.TOPIC, ROW, row).length);
        SinkRecord event = Events.event(ROW, "c", null, row);
        SinkRecord schemaless = Events.json(new String(
                converter.fromConnectData(Events.TOPIC, event.valueSchema(), event.value()), StandardCharsets.UTF_8));
        works.put("JsonWriter", with(new JsonWriter<>(), event));
        works.put("XmlWriter", with(new XmlWriter<>(), event));
        works.put("JsonWriter without schemas", with(new JsonWriter<>(), schemaless));
        works.put("XmlWriter without schemas", with(new XmlWriter<>(), schemaless));
        Map<String, long[]> nanos = new LinkedHashMap<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (Map.Entry<String, Work> work : works.entrySet()) {
                long measured = measured(work.getValue());
                if (round >= 0) {
                    nanos.computeIfAbsent(work.getKey(), name -> new long[ROUNDS])[round] = measured;
                }
            }
        }
        nanos.forEach((name, all) -> System.out.printf(
                "%s: %.2f us of CPU each, %.2f of JsonConverter's%n",
                name, median(all) / 1000.0 / ROWS, (double) median(all) / median(nanos.get("JsonConverter"))));
    }

    private static Work with(Transformation<SinkRecord> writer, SinkRecord event) {
        writer.configure(Map.of());
        return () -> ((String) writer.apply(event).value()).length();
    }

    private static long measured(Work work) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int characters = 0;
        for (int i = 0; i < ROWS; i++) {
            characters += work.run();
        }
        if (characters == 0) {
            throw new AssertionError("nothing was written");
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
