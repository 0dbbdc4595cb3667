package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.connectcdc.registry.RegistryClient;
import dev.connectcdc.registry.RegistryConfig;
import dev.connectcdc.registry.RegistryError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** On the registry at the system property {@code registry.url}; test/workers/protobufRegistry.test.ts starts one and runs this. */
@EnabledIfSystemProperty(named = "registry.url", matches = "http.*")
class RealRegistryTest {

    private static final String URL = System.getProperty("registry.url");

    private final String topic = "t-" + UUID.randomUUID();

    private static ProtobufConverter converter() {
        ProtobufConverter converter = new ProtobufConverter();
        converter.configure(Map.of("schema.registry.url", URL), false);
        return converter;
    }

    private void setLevel(String level) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/config/" + topic + "-value"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"compatibility\": \"" + level + "\"}"))
                .build();
        assertEquals(200, HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode());
    }

    private static Schema envelope(Object... columns) {
        SchemaBuilder row = SchemaBuilder.struct().name("s.shop.t.Value").optional();
        for (int i = 0; i < columns.length; i += 2) {
            row.field((String) columns[i], (Schema) columns[i + 1]);
        }
        Schema built = row.build();
        return SchemaBuilder.struct()
                .name("s.shop.t.Envelope")
                .version(1)
                .field("before", built)
                .field("after", built)
                .field("op", Schema.STRING_SCHEMA)
                .build();
    }

    private int write(Schema schema) {
        Struct event = new Struct(schema).put("op", "c");
        byte[] bytes = converter().fromConnectData(topic, schema, event);
        SchemaAndValue back = converter().toConnectData(topic, bytes);
        assertEquals(schema, back.schema());
        assertEquals(event, back.value());
        return (bytes[1] & 255) << 24 | (bytes[2] & 255) << 16 | (bytes[3] & 255) << 8 | bytes[4] & 255;
    }

    private static final Schema INT = Schema.OPTIONAL_INT32_SCHEMA;

    private static final Schema TEXT = Schema.OPTIONAL_STRING_SCHEMA;

    @Test
    void schemasOfAllTypesAreTakenAndRead() {
        int first = write(envelope(
                "id", Schema.INT16_SCHEMA,
                "odd \"name\" ö", TEXT,
                "price", Decimal.builder(2).optional().build(),
                "at", Timestamp.builder().optional().build(),
                "day", org.apache.kafka.connect.data.Date.builder().optional().build(),
                "time", org.apache.kafka.connect.data.Time.builder().optional().build(),
                "tags", SchemaBuilder.array(TEXT).optional().build(),
                "map", SchemaBuilder.map(TEXT, INT).optional().build(),
                "plain", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA).optional().build()));
        // Only comments differ
        assertNotEquals(first, write(envelope("id", Schema.INT8_SCHEMA)));
    }

    @Test
    void newColumnsAndOtherNullabilityAreCompatible() throws Exception {
        int first = write(envelope("id", INT));
        setLevel("BACKWARD");
        int second = write(envelope("new", TEXT, "id", Schema.INT32_SCHEMA));
        assertNotEquals(first, second);
        assertEquals(first, write(envelope("id", INT)));
        assertEquals(second, write(envelope("new", TEXT, "id", Schema.INT32_SCHEMA)));
    }

    @Test
    void aRetypedAndADroppedColumnAreRefusedUntilTheLevelIsNone() throws Exception {
        write(envelope("id", INT, "paid", INT));
        setLevel("BACKWARD");
        RegistryError retyped = assertThrows(RegistryError.class, () -> write(envelope("id", INT, "paid", TEXT)));
        assertTrue(retyped.getMessage().contains("subject " + topic + "-value is not compatible (compatibility BACKWARD): "), retyped.getMessage());
        assertTrue(retyped.getMessage().contains("column \"paid\" has changed its type from INT32 to STRING"), retyped.getMessage());
        RegistryError dropped = assertThrows(RegistryError.class, () -> write(envelope("id", INT)));
        assertTrue(dropped.getMessage().contains("column \"paid\" was removed"), dropped.getMessage());
        setLevel("NONE");
        write(envelope("id", INT, "paid", TEXT));
        write(envelope("id", INT));
        setLevel("BACKWARD");
        // The dropped column comes back: its old number and name stay reserved
        write(envelope("id", INT, "paid", INT));
    }

    @Test
    void workersAtTheSameTimeGetOneIdPerSchemaAndNoNumberTwice() throws Exception {
        write(envelope("id", INT));
        setLevel("NONE");
        int workers = 4;
        CyclicBarrier start = new CyclicBarrier(workers);
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        List<Future<Integer>> ids = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            String column = i % 2 == 0 ? "x" : "y";
            ids.add(pool.submit(() -> {
                start.await();
                return write(envelope("id", INT, column, INT));
            }));
        }
        List<Integer> found = new ArrayList<>();
        for (Future<Integer> id : ids) {
            found.add(id.get(3, TimeUnit.MINUTES));
        }
        pool.shutdown();
        assertEquals(found.get(0), found.get(2));
        assertEquals(found.get(1), found.get(3));
        assertNotEquals(number("x", found.get(0)), number("y", found.get(1)));
    }

    private int number(String column, int id) {
        RegistryConfig config = new RegistryConfig(Map.of("schema.registry.url", URL));
        return ProtoSchema.parse(new RegistryClient(config).schema(id).text()).nested().get(0).fields().stream()
                .filter(field -> field.connectName().equals(column))
                .findFirst()
                .orElseThrow()
                .number();
    }
}
