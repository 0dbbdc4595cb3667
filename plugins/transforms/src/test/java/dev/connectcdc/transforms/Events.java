package dev.connectcdc.transforms;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;

/** Records as a sink gets them. */
final class Events {

    static final String TOPIC = "localhost.cdc.customers";

    static final Schema ROW = SchemaBuilder.struct()
            .name("localhost.cdc.customers.Value")
            .optional()
            .field("id", Schema.INT64_SCHEMA)
            .field("first_name", Schema.OPTIONAL_STRING_SCHEMA)
            .field("born", SchemaBuilder.int32().name("io.debezium.time.Date").optional().build())
            .field("email", Schema.OPTIONAL_STRING_SCHEMA)
            .build();

    private static final Schema SOURCE =
            SchemaBuilder.struct().field("table", Schema.STRING_SCHEMA).build();

    private Events() {}

    static SinkRecord record(Schema schema, Object value) {
        return new SinkRecord(TOPIC, 3, Schema.STRING_SCHEMA, "the-key", schema, value, 17, 1795399512846L,
                TimestampType.CREATE_TIME);
    }

    /** A record as the JSON converter makes it of these bytes, with {@code schemas.enable=false}. */
    static SinkRecord json(String json) {
        return converted(json, false);
    }

    /** A record as the JSON converter makes it of these bytes, with {@code schemas.enable=true}. */
    static SinkRecord jsonWithSchema(String json) {
        return converted(json, true);
    }

    private static SinkRecord converted(String json, boolean schemas) {
        try (JsonConverter converter = new JsonConverter()) {
            converter.configure(Map.of("schemas.enable", schemas), false);
            SchemaAndValue value = converter.toConnectData(TOPIC, json.getBytes(StandardCharsets.UTF_8));
            return record(value.schema(), value.value());
        }
    }

    /** A change event without schema. */
    static SinkRecord event(String op, Object before, Object after) {
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("before", before);
        envelope.put("after", after);
        envelope.put("source", Map.of("table", "customer"));
        envelope.put("op", op);
        envelope.put("ts_ms", 1587303655424L);
        return record(null, envelope);
    }

    /** A change event with the schema that Debezium gives it. */
    static SinkRecord event(Schema row, String op, Struct before, Struct after) {
        Schema schema = SchemaBuilder.struct()
                .name(TOPIC + ".Envelope")
                .field("before", row)
                .field("after", row)
                .field("source", SOURCE)
                .field("op", Schema.STRING_SCHEMA)
                .field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA)
                .build();
        return record(
                schema,
                new Struct(schema)
                        .put("before", before)
                        .put("after", after)
                        .put("source", new Struct(SOURCE).put("table", "customer"))
                        .put("op", op)
                        .put("ts_ms", 1L));
    }

    static Struct ada() {
        return new Struct(ROW).put("id", 1L).put("first_name", "Ada").put("born", -56270);
    }
}
