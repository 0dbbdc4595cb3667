package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.connectcdc.registry.RegistryError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes to the registry, when, and what follows from its answers. */
class RegistrationTest {

    private final FakeRegistry registry = new FakeRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    private static Schema row(Object... columns) {
        SchemaBuilder builder = SchemaBuilder.struct().name("s.t.Value");
        for (int i = 0; i < columns.length; i += 2) {
            builder.field((String) columns[i], (Schema) columns[i + 1]);
        }
        return builder.build();
    }

    private static final Schema INT = Schema.OPTIONAL_INT32_SCHEMA;

    private static final Schema TEXT = Schema.OPTIONAL_STRING_SCHEMA;

    private int write(ProtobufConverter converter, Schema schema) {
        byte[] bytes = converter.fromConnectData("t", schema, new Struct(schema));
        return bytes[4];
    }

    private ProtoMessage root(int version) {
        return ProtoSchema.parse(registry.versions("t-value").get(version - 1)).root();
    }

    private static int number(ProtoMessage message, String column) {
        return message.fields().stream()
                .filter(field -> field.connectName().equals(column))
                .findFirst()
                .orElseThrow()
                .number();
    }

    @Test
    void aSchemaIsAskedForOnce() {
        ProtobufConverter converter = registry.converter(false);
        for (int i = 0; i < 100; i++) {
            // Equal schemas, and always another object
            write(converter, row("a", INT));
        }
        assertEquals(
                List.of(
                        "GET /subjects/t-value/versions",
                        "POST /subjects/t-value/versions",
                        "GET /subjects/t-value/versions",
                        "GET /subjects/t-value/versions/1"),
                registry.requests);
        registry.requests.clear();
        byte[] bytes = converter.fromConnectData("t", row("a", INT), new Struct(row("a", INT)));
        Schema read = converter.toConnectData("t", bytes).schema();
        for (int i = 0; i < 100; i++) {
            assertTrue(read == converter.toConnectData("t", bytes).schema());
        }
        assertEquals(List.of("GET /schemas/ids/1"), registry.requests);
    }

    @Test
    void theCacheIsBounded() {
        ProtobufConverter converter = registry.converter(false, "schemas.cache.size", "1");
        int first = write(converter, row("a", INT));
        write(converter, row("a", INT, "b", INT));
        registry.requests.clear();
        assertEquals(first, write(converter, row("a", INT)));
        assertFalse(registry.requests.isEmpty());
    }

    @Test
    void keyAndValueHaveSubjectsOfTheirOwn() {
        write(registry.converter(true), row("a", INT));
        write(registry.converter(false), row("a", INT));
        assertEquals(1, registry.versions("t-key").size());
        assertEquals(1, registry.versions("t-value").size());
    }

    @Test
    void numbersStayAndNewOnesWereNeverUsed() {
        ProtobufConverter converter = registry.converter(false);
        write(converter, row("a", INT, "b", INT, "c", INT));
        write(converter, row("c", INT, "a", INT));
        write(converter, row("d", INT, "c", INT, "a", INT));
        write(converter, row("d", INT, "c", INT, "a", TEXT, "b", INT));
        ProtoMessage last = root(4);
        assertEquals(List.of(4, 3, 1, 5), last.fields().stream().map(ProtoField::number).toList());
        assertEquals("[Range[first=2, last=2]]", last.reservedNumbers().toString());
        assertEquals("[b]", last.reservedNames().toString());
        assertEquals("b_2", last.fields().get(3).name());
        assertEquals("string", last.fields().get(2).type());
    }

    @Test
    void anEarlierSchemaKeepsItsId() {
        ProtobufConverter converter = registry.converter(false);
        int first = write(converter, row("a", INT, "b", INT));
        int second = write(converter, row("a", INT));
        assertNotEquals(first, second);
        assertEquals(first, write(registry.converter(false), row("a", INT, "b", INT)));
        assertEquals(second, write(registry.converter(false), row("a", INT)));
        assertEquals(2, registry.versions("t-value").size());
    }

    @Test
    void numbersOfNestedMessagesStayToo() {
        ProtobufConverter converter = registry.converter(false);
        Schema list = SchemaBuilder.array(INT).optional().build();
        write(converter, row("n", SchemaBuilder.struct().field("a", INT).field("b", list).optional().build()));
        write(converter, row("x", INT));
        write(converter, row("n", SchemaBuilder.struct().field("b", list).field("c", INT).optional().build(), "x", INT));
        ProtoSchema last = ProtoSchema.parse(registry.versions("t-value").get(2));
        ProtoMessage nested = last.nested().stream()
                .filter(message -> message.name().equals("N"))
                .findFirst()
                .orElseThrow();
        assertEquals(2, number(nested, "b"));
        assertEquals(3, number(nested, "c"));
        assertEquals(1, number(last.nested().stream()
                .filter(message -> message.name().equals("ArrayOfNullableInt32"))
                .findFirst()
                .orElseThrow(), "items"));
    }

    @Test
    void aSchemaThatSomebodyWroteGivesItsNumbers() {
        registry.add(
                "t-value",
                """
                syntax = "proto3";
                package shop;
                message Order {
                    reserved 10 to 20, 500 to max;
                    optional int32 total = 9;
                    optional Address address = 7;
                    message Address { optional string street = 4; }
                }
                """);
        Schema address = SchemaBuilder.struct().name("s.t.Address").field("street", TEXT).field("zip", TEXT).optional().build();
        write(registry.converter(false), row("address", address, "extra", INT, "total", INT));
        ProtoSchema next = ProtoSchema.parse(registry.versions("t-value").get(1));
        assertEquals("shop", next.packageName());
        assertEquals("Order", next.root().name());
        assertEquals(List.of(7, 21, 9), next.root().fields().stream().map(ProtoField::number).toList());
        assertEquals(List.of(4, 5), next.nested().get(0).fields().stream().map(ProtoField::number).toList());
        assertTrue(next.text().contains("reserved 10 to 20, 500 to 536870911;"), next.text());
    }

    @Test
    void twoWorkersWithOtherSchemasNeverShareANumber() throws Exception {
        write(registry.converter(false), row("a", INT));
        AtomicBoolean other = new AtomicBoolean();
        registry.beforeRegistration = () -> {
            if (other.compareAndSet(false, true)) {
                write(registry.converter(false), row("a", INT, "x", INT));
            }
        };
        int id = write(registry.converter(false), row("a", INT, "y", INT));
        assertEquals(2, number(root(2), "x"));
        ProtoMessage last = root(registry.versions("t-value").size());
        assertEquals(3, number(last, "y"));
        assertEquals(id, registry.versions("t-value").size());
        assertEquals(id, write(registry.converter(false), row("a", INT, "y", INT)));
        assertEquals(2, write(registry.converter(false), row("a", INT, "x", INT)));
    }

    @Test
    void aRefusalThatAnotherWorkerCausedIsTriedAgain() {
        write(registry.converter(false), row("a", INT));
        AtomicBoolean other = new AtomicBoolean();
        registry.refusal = (subject, text) -> {
            if (other.compareAndSet(false, true)) {
                write(registry.converter(false), row("a", INT, "x", INT));
                return "not compatible with version 2";
            }
            return null;
        };
        write(registry.converter(false), row("a", INT, "y", INT));
        assertEquals(3, number(root(3), "y"));
    }

    @Test
    void workersAtTheSameTimeGetTheSameIdForTheSameSchema() throws Exception {
        int workers = 8;
        CyclicBarrier start = new CyclicBarrier(workers);
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        List<Future<Integer>> ids = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Callable<Integer> worker = () -> {
                ProtobufConverter converter = registry.converter(false);
                start.await();
                return write(converter, row("a", INT, "b", TEXT));
            };
            ids.add(pool.submit(worker));
        }
        for (Future<Integer> id : ids) {
            assertEquals(1, id.get(1, TimeUnit.MINUTES));
        }
        pool.shutdown();
        assertEquals(1, registry.versions("t-value").size());
    }

    @Test
    void aRefusedSchemaNamesSubjectLevelColumnAndRemedy() {
        ProtobufConverter converter = registry.converter(false);
        write(converter, row("id", INT, "the name", TEXT, "age", INT));
        registry.refusal = (subject, text) -> "Field type changed, message Value";
        registry.level = "unknown";
        RegistryError error = assertThrows(
                RegistryError.class, () -> write(converter, row("id", TEXT, "the name", TEXT, "new", INT)));
        for (String part : List.of(
                "the schema of subject t-value is not compatible (compatibility unknown): ",
                "field \"id\" of Value has changed its type from int32 to string; field \"age\" of Value was removed; ",
                "field \"new\" of Value is new",
                "Set the compatibility of the subject to NONE, then restart the task")) {
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }
        assertFalse(error.getMessage().contains("the name"), error.getMessage());
    }

    @Test
    void aDroppedOrRetypedColumnIsRefusedUnlessTheLevelIsNone() {
        write(registry.converter(false), row("id", INT, "age", INT));
        registry.level = "BACKWARD";
        RegistryError error = assertThrows(RegistryError.class, () -> write(registry.converter(false), row("id", TEXT)));
        assertTrue(
                error.getMessage().startsWith("the schema of subject t-value is not compatible (compatibility BACKWARD): "
                        + "column \"id\" has changed its type from INT32 to STRING; column \"age\" was removed. "),
                error.getMessage());
        assertEquals(1, registry.versions("t-value").size());
        registry.level = "NONE";
        assertEquals(2, write(registry.converter(false), row("id", TEXT)));
        registry.level = "BACKWARD";
        assertEquals(1, write(registry.converter(false), row("id", INT, "age", INT)));
    }

    @Test
    void withoutRegistrationOnlyKnownSchemasAreWritten() {
        write(registry.converter(false), row("a", INT));
        ProtobufConverter converter = registry.converter(false, "auto.register.schemas", "false");
        assertEquals(1, write(converter, row("a", INT)));
        RegistryError error = assertThrows(RegistryError.class, () -> write(converter, row("a", INT, "b", INT)));
        assertTrue(error.getMessage().contains("auto.register.schemas is false"), error.getMessage());
        assertTrue(error.getMessage().contains("optional int32 b = 2;"), error.getMessage());
    }

    @Test
    void theWaitHasALimitAndTheErrorEndsTheTask() {
        registry.close();
        ProtobufConverter converter = registry.converter(false, "schema.registry.wait.ms", "300");
        Throwable error = assertThrows(Throwable.class, () -> write(converter, row("a", INT)));
        // Connect skips records for exceptions, as RegistryError explains
        assertTrue(error instanceof Error, error.toString());
        assertTrue(error.getMessage().contains("does not answer since"), error.getMessage());
    }
}
