package dev.connectcdc.avro;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/** Connect schemas of all types, optional or not, with defaults or not, within each other; and values of them. */
final class RandomData {

    private static final long DAY_MS = 86_400_000;

    private final Random random;
    private int names;

    RandomData(Random random) {
        this.random = random;
    }

    /** @param depth of structs, arrays and maps at most */
    Schema schema(int depth) {
        SchemaBuilder schema = builder(depth);
        if (random.nextBoolean()) schema.optional();
        boolean scalar = schema.type().isPrimitive();
        if (scalar && schema.name() == null && random.nextInt(3) == 0) schema.name("io.debezium.time.Semantic").version(1);
        if (scalar && random.nextInt(3) == 0) schema.defaultValue(value(schema.build(), true));
        return schema.build();
    }

    private SchemaBuilder builder(int depth) {
        return switch (random.nextInt(depth == 0 ? 12 : 18)) {
            case 0 -> SchemaBuilder.int8();
            case 1 -> SchemaBuilder.int16();
            case 2 -> SchemaBuilder.int32();
            case 3 -> SchemaBuilder.int64();
            case 4 -> SchemaBuilder.float32();
            case 5 -> SchemaBuilder.float64();
            case 6 -> SchemaBuilder.bool();
            case 7 -> SchemaBuilder.bytes();
            case 8 -> Decimal.builder(random.nextInt(70) - 2);
            case 9 -> Date.builder();
            case 10 -> random.nextBoolean() ? Time.builder() : Timestamp.builder();
            case 11 -> SchemaBuilder.string();
            case 12, 13 -> SchemaBuilder.array(schema(depth - 1));
            case 14 -> SchemaBuilder.map(Schema.STRING_SCHEMA, schema(depth - 1));
            case 15 -> SchemaBuilder.map(schema(depth - 1), schema(depth - 1)).name("a.Entry" + names++);
            default -> {
                SchemaBuilder struct = SchemaBuilder.struct();
                if (random.nextInt(4) > 0) struct.name("a.Struct" + names++);
                for (int i = random.nextInt(6); i > 0; i--) struct.field("f" + i, schema(depth - 1));
                yield struct;
            }
        };
    }

    /** @param present the value is not null */
    Object value(Schema schema, boolean present) {
        // AvroData writes the default of a field that is null, and this converter null: no place for both
        if (!present && schema.isOptional() && schema.defaultValue() == null && random.nextInt(3) == 0) return null;
        return switch (schema.name() == null ? "" : schema.name()) {
            case Decimal.LOGICAL_NAME -> new BigDecimal(
                    new BigInteger(random.nextInt(200), random).negate(),
                    Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD)));
            case Date.LOGICAL_NAME -> new java.util.Date((random.nextInt(40_000) - 20_000) * DAY_MS);
            case Time.LOGICAL_NAME -> new java.util.Date(random.nextLong(DAY_MS));
            case Timestamp.LOGICAL_NAME -> new java.util.Date(random.nextLong());
            default -> plain(schema);
        };
    }

    private Object plain(Schema schema) {
        return switch (schema.type()) {
            case INT8 -> (byte) random.nextInt();
            case INT16 -> (short) random.nextInt();
            case INT32 -> random.nextInt();
            case INT64 -> random.nextLong();
            case FLOAT32 -> Float.intBitsToFloat(random.nextInt());
            case FLOAT64 -> Double.longBitsToDouble(random.nextLong());
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text();
            case BYTES -> {
                byte[] bytes = new byte[random.nextInt(5)];
                random.nextBytes(bytes);
                yield random.nextBoolean() ? bytes : ByteBuffer.wrap(bytes);
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) list.add(value(schema.valueSchema(), false));
                yield list;
            }
            case MAP -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(20); i > 0; i--) {
                    map.put(value(schema.keySchema(), false), value(schema.valueSchema(), false));
                }
                yield map;
            }
            case STRUCT -> {
                Struct struct = new Struct(schema);
                for (Field field : schema.fields()) struct.put(field, value(field.schema(), false));
                yield struct;
            }
        };
    }

    private String text() {
        return random.ints(random.nextInt(12), 0, 0x1_0400).filter(c -> c < 0xD800 || c > 0xDFFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
