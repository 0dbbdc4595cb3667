package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table whose columns come, go, and change name, type and order by chance, while its rows are written. */
class EvolutionTest {

    private static final int STEPS = 25;

    private static final List<String> NAMES = List.of("a", "b", "b ", "B", "a_b", "a b", "1", "é", "Value", "Envelope", "[x]");

    private static final List<Schema> TYPES = List.of(
            Schema.INT32_SCHEMA,
            Schema.OPTIONAL_INT32_SCHEMA,
            Schema.OPTIONAL_INT16_SCHEMA,
            Schema.STRING_SCHEMA,
            SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).optional().build(),
            SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA).build(),
            SchemaBuilder.struct().name("x.Inner").field("a", Schema.INT32_SCHEMA).optional().build(),
            SchemaBuilder.struct().name("x.Inner").field("a", Schema.STRING_SCHEMA).field("b", Schema.INT32_SCHEMA).build(),
            SchemaBuilder.struct().field("c", Schema.OPTIONAL_BYTES_SCHEMA).build());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void numbersAndRowsStay(long seed) {
        Random random = new Random(seed);
        try (FakeRegistry registry = new FakeRegistry()) {
            Map<String, Schema> columns = new LinkedHashMap<>();
            Map<byte[], Struct> written = new LinkedHashMap<>();
            for (int step = 0; step < STEPS; step++) {
                change(columns, random);
                // Each time another worker, which knows nothing but the registry
                ProtobufConverter converter = registry.converter(false);
                Struct event = event(columns, random);
                written.put(converter.fromConnectData("t", event.schema(), event), event);
            }
            List<ProtoSchema> versions =
                    registry.versions("t-value").stream().map(ProtoSchema::parse).toList();
            assertTrue(versions.size() > 5, () -> versions.size() + " versions");
            assertNumbersStay(versions, seed);
            ProtobufConverter reader = registry.converter(false);
            written.forEach((bytes, event) -> {
                SchemaAndValue back = reader.toConnectData("t", bytes);
                assertEquals(event.schema(), back.schema(), () -> "seed " + seed);
                assertEquals(event, back.value(), () -> "seed " + seed);
            });
            // Every schema of the past is found again, in any order
            int count = versions.size();
            written.forEach((bytes, event) ->
                    assertEquals(bytes[4], reader.fromConnectData("t", event.schema(), event)[4]));
            assertEquals(count, registry.versions("t-value").size());
        }
    }

    private static void change(Map<String, Schema> columns, Random random) {
        List<String> present = new ArrayList<>(columns.keySet());
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Schema type = TYPES.get(random.nextInt(TYPES.size()));
        if (present.isEmpty() || random.nextInt(3) == 0) {
            columns.put(name, type);
            return;
        }
        String old = present.get(random.nextInt(present.size()));
        switch (random.nextInt(4)) {
            case 0 -> columns.remove(old);
            case 1 -> columns.put(old, type);
            case 2 -> columns.put(name, columns.remove(old));
            default -> {
                Schema moved = columns.remove(old);
                columns.put(old, moved);
            }
        }
    }

    private static Struct event(Map<String, Schema> columns, Random random) {
        SchemaBuilder builder = SchemaBuilder.struct().name("s.t.Value").optional();
        columns.forEach(builder::field);
        Schema row = builder.build();
        Schema envelope = SchemaBuilder.struct()
                .name("s.t.Envelope")
                .field("before", row)
                .field("after", row)
                .field("op", Schema.STRING_SCHEMA)
                .build();
        Struct after = new Struct(row);
        row.fields().forEach(field -> after.put(field, value(field.schema(), random)));
        return new Struct(envelope).put("after", after).put("op", "c");
    }

    private static Object value(Schema schema, Random random) {
        if (schema.isOptional() && random.nextInt(3) == 0) {
            return null;
        }
        return switch (schema.type()) {
            case INT16 -> (short) random.nextInt();
            case INT32 -> random.nextInt();
            case INT64 -> random.nextLong();
            case STRING -> Integer.toString(random.nextInt());
            case ARRAY -> Stream.generate(() -> value(schema.valueSchema(), random))
                    .limit(random.nextInt(3))
                    .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
            case MAP -> Map.of("k", random.nextLong());
            case STRUCT -> {
                Struct struct = new Struct(schema);
                schema.fields().forEach(field -> struct.put(field, value(field.schema(), random)));
                yield struct;
            }
            default -> null;
        };
    }

    /** A number never belongs to two columns, a name of Protobuf never to two, and what is gone is reserved. */
    private static void assertNumbersStay(List<ProtoSchema> versions, long seed) {
        Map<String, String> owners = new HashMap<>();
        Map<String, ProtoMessage> newest = new HashMap<>();
        for (ProtoSchema version : versions) {
            for (ProtoMessage message :
                    Stream.concat(Stream.of(version.root()), version.nested().stream()).toList()) {
                for (ProtoField field : message.fields()) {
                    for (String claim : List.of("number " + field.number(), "name " + field.name())) {
                        String owner = owners.computeIfAbsent(message.name() + " " + claim, key -> field.connectName());
                        assertEquals(owner, field.connectName(), () -> "seed " + seed + ": " + message.name() + " " + claim);
                    }
                    assertTrue(message.reservedNumbers().stream().noneMatch(range -> range.has(field.number())));
                }
                ProtoMessage before = newest.put(message.name(), message);
                if (before != null) {
                    before.fields().stream()
                            .filter(old -> message.fields().stream().noneMatch(field -> field.number() == old.number()))
                            .forEach(old -> {
                                assertTrue(message.reservedNumbers().stream().anyMatch(range -> range.has(old.number())));
                                assertTrue(message.reservedNames().contains(old.name()));
                            });
                    assertTrue(message.reservedNames().containsAll(before.reservedNames()));
                    assertTrue(message.reservedNumbers().containsAll(before.reservedNumbers()));
                }
            }
        }
    }
}
