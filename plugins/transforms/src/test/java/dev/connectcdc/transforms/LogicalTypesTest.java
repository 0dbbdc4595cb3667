package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.connector.postgresql.data.Ltree;
import io.debezium.data.Json;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class LogicalTypesTest {

    static final List<TypeSamples.Sample> SAMPLES = TypeSamples.ALL;

    /** Packages of classes that stand for a logical type. */
    private static final Pattern TYPES =
            Pattern.compile("(io/debezium/(data|time)|io/debezium/connector/postgresql/data|org/apache/kafka/connect/data)/.*\\.class");

    @Test
    void everyLogicalTypeOfTheLibrariesHasASample() throws Exception {
        Set<String> types = new TreeSet<>();
        for (Class<?> inJar : List.of(Json.class, Ltree.class, Decimal.class)) {
            types.addAll(logicalTypes(jarOf(inJar)));
        }
        assertTrue(types.size() > 30, types.toString());
        assertEquals(types, SAMPLES.stream().map(TypeSamples.Sample::toString).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void hasItsForm(TypeSamples.Sample sample) {
        SinkRecord event = event(sample);
        try (JsonWriter<SinkRecord> writer = new JsonWriter<>()) {
            writer.configure(Map.of());
            assertEquals("{\"field\":" + sample.json() + "}", writer.apply(event).value());
        }
        try (XmlWriter<SinkRecord> writer = new XmlWriter<>()) {
            writer.configure(Map.of());
            String root = sample.xml().contains("xsi:nil") ? "<customer" + XmlWriterTest.XSI + ">" : "<customer>";
            assertEquals(root + "<field>" + sample.xml() + "</field></customer>", writer.apply(event).value());
        }
    }

    private static SinkRecord event(TypeSamples.Sample sample) {
        Schema row = SchemaBuilder.struct().optional().field("field", sample.schema()).build();
        return Events.event(row, "c", null, new Struct(row).put("field", sample.value()));
    }

    private static Path jarOf(Class<?> inJar) throws URISyntaxException {
        return Path.of(inJar.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Set<String> logicalTypes(Path jar) throws IOException, ReflectiveOperationException {
        Set<String> names = new TreeSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream().filter(e -> TYPES.matcher(e.getName()).matches()).toList()) {
                Class<?> type = Class.forName(
                        entry.getName().replaceAll("\\.class$", "").replace('/', '.'), false, Json.class.getClassLoader());
                for (Field field : type.getFields()) {
                    if (Set.of("LOGICAL_NAME", "SCHEMA_NAME").contains(field.getName())) {
                        names.add((String) field.get(null));
                    }
                }
            }
        }
        return names;
    }
}
