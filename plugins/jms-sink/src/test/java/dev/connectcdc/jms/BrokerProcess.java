package dev.connectcdc.jms;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A real broker in a process of its own: it can be killed, frozen and started again over the same data. */
final class BrokerProcess implements AutoCloseable {

    private static final long START_MS = 300_000;

    private final BrokerKind kind;
    private final Path data;
    private final int port;
    private JavaProcess process;

    /** @param data folder of the Artemis */
    BrokerProcess(Path data) throws IOException {
        this(BrokerKind.ARTEMIS, data);
    }

    /** @param data folder of the broker */
    BrokerProcess(BrokerKind kind, Path data) throws IOException {
        this.kind = kind;
        this.data = data;
        this.port = BrokerMain.freePort();
    }

    String url() {
        return "tcp://127.0.0.1:" + port;
    }

    BrokerKind kind() {
        return kind;
    }

    /** Returns when the broker accepts connections. */
    BrokerProcess start() throws Exception {
        process = new JavaProcess("broker-" + port, System.getProperty("java.class.path"), List.of("-Xmx1g"),
                kind.main.getName(), data.toString(), Integer.toString(port));
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
