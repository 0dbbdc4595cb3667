package dev.connectcdc.jms;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A real broker in a process of its own: it can be killed, frozen and started again over the same data. */
final class BrokerProcess implements AutoCloseable {

    private static final long START_MS = 300_000;

    private final String mainClass;
    private final Path data;
    private final int port;
    private JavaProcess process;

    /** @param data folder of the Artemis */
    BrokerProcess(Path data) throws IOException {
        this(BrokerMain.class, data);
    }

    /** @param mainClass takes data folder and port, and prints {@code ready} */
    BrokerProcess(Class<?> mainClass, Path data) throws IOException {
        this.mainClass = mainClass.getName();
        this.data = data;
        this.port = BrokerMain.freePort();
    }

    String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** Returns when the broker accepts connections. */
    BrokerProcess start() throws Exception {
        process = new JavaProcess("broker-" + port, System.getProperty("java.class.path"), List.of("-Xmx1g"),
                mainClass, data.toString(), Integer.toString(port));
        Await.until("a broker, see " + process.log(), START_MS, () -> {
            if (!process.isAlive()) {
                throw new IOException("the broker did not start, see " + process.log());
            }
            return process.output().contains("ready" + System.lineSeparator());
        });
        return this;
    }

    void kill() {
        process.kill();
    }

    void freeze() throws IOException, InterruptedException {
        process.freeze();
    }

    void thaw() throws IOException, InterruptedException {
        process.thaw();
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
