package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;

/** What is in the finished JAR, and whether it works with nothing but a worker's classes around it. */
class PluginJarIT {

    private static final Path JAR = Path.of(System.getProperty("plugin.jar"));

    /** A JAR's own papers, our package, and the schemas that other schemas import. */
    private static final Pattern OURS = Pattern.compile("META-INF/(MANIFEST\\.MF|[\\w-]*(LICENSE|NOTICE)[\\w.-]*"
            + "|maven/dev\\.connectcdc/.*|services/org\\.apache\\.kafka\\.connect\\.storage\\.Converter)"
            + "|dev/connectcdc/protobuf/.*|(google/type|confluent)/.*\\.proto");

    /** Sees of the tests' classes only those that a worker shows its plugins. */
    private static final class WorkerClasses extends ClassLoader {

        WorkerClasses() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("org.apache.kafka.") || name.startsWith("org.slf4j.")) {
                return PluginJarIT.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }

    @Test
    void nothingIsInItThatIsNotOurs() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> files =
                    jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
            assertEquals(List.of(), files.stream().filter(name -> !OURS.matcher(name).matches()).toList());
            assertTrue(files.contains("google/type/date.proto"));
        }
    }

    @Test
    void itIsFoundWithAVersionAndConvertsBothWays() throws IOException {
        Schema schema = SchemaBuilder.struct()
                .field("text", Schema.STRING_SCHEMA)
                .field("day", Date.SCHEMA)
                .field("at", Timestamp.SCHEMA)
                .field("list", SchemaBuilder.array(Schema.OPTIONAL_INT16_SCHEMA).optional().build())
                .build();
        Struct value = new Struct(schema)
                .put("text", "a")
                .put("day", new java.util.Date(0))
                .put("at", new java.util.Date(1))
                .put("list", List.of((short) 1));
        int found = 0;
        try (FakeRegistry registry = new FakeRegistry();
                URLClassLoader plugin = new URLClassLoader(new URL[] {JAR.toUri().toURL()}, new WorkerClasses())) {
            for (Converter converter : ServiceLoader.load(Converter.class, plugin)) {
                found++;
                assertTrue(((Versioned) converter).version().matches("\\d+\\.\\d+\\.\\d+.*"));
                converter.configure(Map.of("schema.registry.url", registry.url()), false);
                SchemaAndValue back = converter.toConnectData("t", converter.fromConnectData("t", schema, value));
                assertEquals(schema, back.schema());
                assertEquals(value, back.value());
            }
        }
        assertEquals(1, found);
    }
}
