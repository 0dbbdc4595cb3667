package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.time.Date;
import io.debezium.time.MicroDuration;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.ZonedTimestamp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

/** Records of a source, and what the JSON converter makes of them without schemas. */
class IsoTimesTest {

    private static final Schema KEY = SchemaBuilder.struct()
            .name("t.c.orders.Key")
            .field("id", Schema.INT64_SCHEMA)
            .field("day", Date.schema())
            .build();

    private static final Schema ROW = SchemaBuilder.struct()
            .name("t.c.orders.Value")
            .optional()
            .field("id", Schema.INT64_SCHEMA)
            .field("day", Date.builder().defaultValue(20780).parameter("p", "q").doc("a day").build())
            .field("at", MicroTimestamp.builder().optional().build())
            .field("time", MicroTime.builder().optional().build())
            .field("zoned", ZonedTimestamp.builder().optional().build())
            .field("took", MicroDuration.builder().optional().build())
            .field("connect", Timestamp.builder().optional().build())
            .field("days", SchemaBuilder.array(Date.builder().optional().build()).optional().build())
            .field("texts", SchemaBuilder.array(Schema.STRING_SCHEMA).optional().build())
            .build();

    private static final Schema ENVELOPE = SchemaBuilder.struct()
            .name("t.c.orders.Envelope")
            .version(2)
            .field("before", ROW)
            .field("after", ROW)
            .field("op", Schema.STRING_SCHEMA)
            .field("ts_ms", Schema.INT64_SCHEMA)
            .build();

    private final IsoTimes<SourceRecord> transform = new IsoTimes<>();

    private static SourceRecord record(Schema keySchema, Object key, Schema valueSchema, Object value) {
        return new SourceRecord(Map.of("server", "t"), Map.of("lsn", 1L), "t.c.orders", null, keySchema, key, valueSchema, value);
    }

    private static SourceRecord event(Struct after) {
        Struct key = new Struct(KEY).put("id", 1L).put("day", 20780);
        return record(KEY, key, ENVELOPE, new Struct(ENVELOPE).put("after", after).put("op", "c").put("ts_ms", 5L));
    }

    private static String json(Schema schema, Object value) {
        try (JsonConverter converter = new JsonConverter()) {
            converter.configure(Map.of("schemas.enable", false), false);
            return new String(converter.fromConnectData("t", schema, value), StandardCharsets.UTF_8);
        }
    }

    @Test
    void timesBecomeTextInKeyAndValueAndAllElseIsKept() {
        List<Integer> days = new ArrayList<>(Arrays.asList(20780, null, 2146033979));
        Struct after = new Struct(ROW)
                .put("id", 1L)
                .put("day", -703383 - 31777)
                .put("at", 9223372036854775807L)
                .put("time", 86400000000L)
                .put("zoned", "2026-11-23T02:05:12.846509Z")
                .put("took", 130500000001L)
                .put("connect", new java.util.Date(1795399512846L))
                .put("days", days)
                .put("texts", List.of("x"));
        SourceRecord record = event(after);
        record.headers().addString("trace", "abc");
        SourceRecord written = transform.apply(record);
        assertEquals("{\"id\":1,\"day\":\"2026-11-23\"}", json(written.keySchema(), written.key()));
        assertEquals(
                "{\"before\":null,\"after\":{\"id\":1,\"day\":\"-0043-03-15\",\"at\":\"infinity\",\"time\":\"24:00:00\","
                        + "\"zoned\":\"2026-11-23T02:05:12.846509Z\",\"took\":\"PT36H15M0.000001S\","
                        + "\"connect\":\"2026-11-23T02:05:12.846Z\",\"days\":[\"2026-11-23\",null,\"infinity\"],"
                        + "\"texts\":[\"x\"]},\"op\":\"c\",\"ts_ms\":5}",
                json(written.valueSchema(), written.value()));
        assertEquals("abc", written.headers().lastWithName("trace").value());
        assertEquals(record.sourceOffset(), written.sourceOffset());
        ((Struct) written.value()).validate();
    }

    @Test
    void theSchemaSaysSo() {
        SourceRecord written = transform.apply(event(new Struct(ROW).put("id", 1L).put("day", 0)));
        assertEquals("t.c.orders.Envelope", written.valueSchema().name());
        assertEquals(2, written.valueSchema().version());
        Schema row = written.valueSchema().field("after").schema();
        assertTrue(row.isOptional());
        Schema day = row.field("day").schema();
        assertEquals(
                SchemaBuilder.string().defaultValue("2026-11-23").parameter("p", "q").doc("a day").build(), day);
        assertTrue(row.field("at").schema().isOptional());
        assertSame(ROW.field("texts").schema(), row.field("texts").schema());
        assertSame(written.valueSchema(), transform.apply(event(null)).valueSchema(), "made once for a table");
    }

    @Test
    void aRecordWithoutTimesOrWithoutSchemaStaysTheSame() {
        SourceRecord plain = record(null, "k", null, Map.of("day", 20780));
        assertSame(plain, transform.apply(plain));
        Schema schema = SchemaBuilder.struct().field("ts_ms", Schema.INT64_SCHEMA).build();
        SourceRecord heartbeat = record(null, null, schema, new Struct(schema).put("ts_ms", 1L));
        assertSame(heartbeat, transform.apply(heartbeat));
        SourceRecord tombstone = transform.apply(record(KEY, new Struct(KEY).put("id", 1L).put("day", 0), null, null));
        assertEquals("{\"id\":1,\"day\":\"1970-01-01\"}", json(tombstone.keySchema(), tombstone.key()));
        assertEquals(null, tombstone.value());
    }

    @Test
    void aValueThatDoesNotFitIsAnErrorWithoutTheValue() {
        Schema wrong = SchemaBuilder.string().name(MicroTime.SCHEMA_NAME).build();
        DataException e = assertThrows(DataException.class, () -> transform.apply(record(null, null, wrong, "4711")));
        assertTrue(e.getMessage().startsWith("topic t.c.orders: a value of class java.lang.String"), e.getMessage());
        assertFalse(e.getMessage().contains("4711"));
    }
}
