package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

    private final JsonWriter<SinkRecord> writer = new JsonWriter<>();

    @AfterEach
    void close() {
        writer.close();
    }

    private Object write(Map<String, String> config, SinkRecord record) {
        writer.configure(config);
        return writer.apply(record).value();
    }

    @Test
    void schemaless() {
        assertEquals(
                "{\"email\":null,\"first_name\":\"Ünï\\\"<x>\",\"id\":1,\"tags\":[1.5,{\"a\":true}]}",
                write(Map.of(), Events.json("{\"op\":\"c\",\"before\":null,\"after\":{\"id\":1,\"first_name\":\"Ünï\\\"<x>\","
                        + "\"tags\":[1.5,{\"a\":true}],\"email\":null},\"source\":{\"db\":\"cdcdb\"}}")));
    }

    @Test
    void withSchema() {
        assertEquals(
                "{\"id\":1,\"first_name\":\"Ada\",\"born\":\"1815-12-10\",\"email\":null}",
                write(Map.of(), Events.event(Events.ROW, "c", null, Events.ada())));
    }

    @Test
    void withSchemaOutOfTheConverter() {
        String row = "{\"type\":\"struct\",\"optional\":true,\"fields\":[{\"field\":\"z\",\"type\":\"int64\",\"optional\":true,"
                + "\"name\":\"io.debezium.time.MicroTimestamp\"},{\"field\":\"a\",\"type\":\"bytes\",\"optional\":true}]";
        String json = "{\"schema\":{\"type\":\"struct\",\"fields\":[" + row + ",\"field\":\"after\"},{\"field\":\"op\","
                + "\"type\":\"string\"}]},\"payload\":{\"after\":{\"z\":1795399512846509,\"a\":\"AP8=\"},\"op\":\"r\"}}";
        assertEquals(
                "{\"z\":\"2026-11-23T02:05:12.846509\",\"a\":\"AP8=\"}", write(Map.of(), Events.jsonWithSchema(json)));
    }

    @Test
    void decimalsAsNumbersOrText() {
        Schema row = SchemaBuilder.struct().optional().field("amount", Decimal.schema(2)).build();
        SinkRecord record = Events.event(row, "c", null, new Struct(row).put("amount", new BigDecimal("12.50")));
        assertEquals("{\"amount\":12.50}", write(Map.of(), record));
        assertEquals("{\"amount\":\"12.50\"}", write(Map.of("decimal.format", "string"), record));
    }

    @Test
    void badConfig() {
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("decimal.format", "roman")));
    }

    @Test
    void whateverTheRowAnotherReaderGetsItBack() throws JsonProcessingException {
        ObjectMapper reader = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
        RandomRows rows = new RandomRows(new Random(7));
        writer.configure(Map.of());
        for (int i = 0; i < 3000; i++) {
            Map<String, Object> row = rows.next();
            String json = (String) writer.apply(Events.event("c", null, row)).value();
            Map<?, ?> read = reader.readValue(json, Map.class);
            assertEquals(RandomRows.expected(row, text -> text), read, json);
            assertEquals(sorted(row), new ArrayList<>(read.keySet()));
        }
    }

    private static List<String> sorted(Map<String, Object> row) {
        return row.keySet().stream().map(RandomRows::wellFormed).sorted().toList();
    }
}
