package dev.connectcdc.jms;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** This test's class path, taken apart: what a worker has, and what is in the plugin's folder. */
final class ClassPaths {

    /** The plugin, the brokers' clients, and what those need. */
    private static final Pattern PLUGIN = Pattern.compile(
            "/(?:classes|connect-cdc-[^/]*|jackson-core-[^/]*|jakarta\\.jms-api-[^/]*|artemis-[^/]*|netty-[^/]*|activemq-client-[^/]*|hawtbuf-[^/]*"
                    + "|commons-(?:beanutils|logging|collections)-[^/]*)$");

    /** What a worker has not: the plugin and all of the brokers. */
    private static final Pattern NOT_OF_WORKER =
            Pattern.compile("/(?:classes|connect-cdc-[^/]*|jakarta\\.jms-api-[^/]*|artemis-[^/]*|activemq-[^/]*)$");

    private ClassPaths() {}

    static String ofWorker() {
        return entries(NOT_OF_WORKER.asPredicate().negate()).collect(Collectors.joining(File.pathSeparator));
    }

    /** Makes the plugin's folder in the folder, as an image has it on its plugin path. */
    static void writePlugin(Path pluginPath) throws IOException {
        Path folder = Files.createDirectories(pluginPath.resolve("jms-sink"));
        List<String> entries = entries(PLUGIN.asPredicate()).toList();
        for (int i = 0; i < entries.size(); i++) {
            Path entry = Path.of(entries.get(i));
            if (Files.isDirectory(entry)) {
                writeJar(entry, folder.resolve("classes-" + i + ".jar"));
            } else {
                Files.copy(entry, folder.resolve(entry.getFileName()));
            }
        }
    }

    private static Stream<String> entries(Predicate<String> wanted) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(wanted);
    }

    private static void writeJar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> found = Files.walk(classes)) {
            for (Path path : found.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, out);
            }
        }
    }
}
