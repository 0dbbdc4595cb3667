package dev.connectcdc.jms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM of its own: it can be killed and frozen. Whatever it prints is in a file below {@code target}. */
final class JavaProcess implements AutoCloseable {

    private static final Path LOGS = Path.of("target", "processes");

    private final Path log;
    private final Process process;

    /**
     * @param name of the log file
     * @param classPath entries, this test's classes among them
     * @param options of the JVM
     * @param main class and arguments
     */
    JavaProcess(String name, String classPath, List<String> options, String... main) throws IOException {
        Files.createDirectories(LOGS);
        log = LOGS.resolve(name + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, Child.class.getName()));
        command.addAll(Arrays.asList(main));
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** @return all that it printed */
    String output() throws IOException {
        return Files.readString(log);
    }

    Path log() {
        return log;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    @Override
    public void close() {
        kill();
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("bash", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " ended with " + status);
        }
    }
}
