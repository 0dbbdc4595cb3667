package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.junit.jupiter.api.Test;

/** What is in the finished JAR, and whether it works with nothing but a worker's classes around it. */
class PluginJarIT {

    private static final Path JAR = Path.of(System.getProperty("plugin.jar"));

    /** A JAR's own papers, and our package: whatever else there is would meet a worker's or another plugin's classes. */
    private static final Pattern OURS = Pattern.compile("META-INF/(MANIFEST\\.MF|[\\w-]*(LICENSE|NOTICE)|maven/dev\\.connectcdc/.*"
            + "|services/org\\.apache\\.kafka\\.connect\\.transforms\\.Transformation)|dev/connectcdc/transforms/.*");

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
            assertTrue(files.stream().anyMatch(name -> name.startsWith("dev/connectcdc/transforms/shaded/jackson/")));
        }
    }

    @Test
    void allAreFoundWithAVersionAndWrite() throws IOException {
        List<String> found = new ArrayList<>();
        try (URLClassLoader plugin = new URLClassLoader(new URL[] {JAR.toUri().toURL()}, new WorkerClasses())) {
            for (Transformation<?> transformation : ServiceLoader.load(Transformation.class, plugin)) {
                String version = ((Versioned) transformation).version();
                assertTrue(version.matches("\\d+\\.\\d+\\.\\d+.*"), version);
                found.add(transformation.getClass().getSimpleName() + ": " + write(transformation));
            }
        }
        assertEquals(
                List.of(
                        "IsoTimes: {before=null, after={id=1}, source={table=customer}, op=c, ts_ms=1587303655424}",
                        "JsonWriter: {\"id\":1}",
                        "XmlWriter: <customer><id>1</id></customer>"),
                found);
    }

    @SuppressWarnings("unchecked")
    private static Object write(Transformation<?> transformation) {
        Transformation<SinkRecord> writer = (Transformation<SinkRecord>) transformation;
        writer.configure(Map.of());
        return writer.apply(Events.event("c", null, Map.of("id", 1))).value();
    }
}
