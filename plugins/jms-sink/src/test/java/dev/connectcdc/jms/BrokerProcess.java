package dev.connectcdc.jms;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;

/** A real Artemis in a process of its own: it can be killed, frozen and started again over the same data. */
final class BrokerProcess implements AutoCloseable {

    private final Path data;
    private final int port;
    private Process process;

    BrokerProcess(Path data) throws IOException {
        this.data = data;
        this.port = BrokerMain.freePort();
    }

    String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** Returns when the broker accepts connections. */
    BrokerProcess start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(List.of(
                        java, "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                        System.getProperty("java.class.path"), BrokerMain.class.getName(), data.toString(),
                        Integer.toString(port)))
                .redirectError(Path.of("target", "broker-process.log").toFile())
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()));
        String line;
        do {
            line = out.readLine();
            if (line == null) {
                throw new IOException("the broker did not start, see target/broker-process.log");
            }
        } while (!line.equals("ready"));
        return this;
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
        if (process != null) {
            kill();
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("bash", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " ended with " + status);
        }
    }
}
