package dev.connectcdc.jms;

import java.nio.file.Path;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests against a real Artemis in this process, one for each class. */
abstract class ArtemisTest {

    @TempDir
    static Path data;

    static EmbeddedActiveMQ broker;
    static String url;

    @BeforeAll
    static void startBroker() throws Exception {
        int port = BrokerMain.freePort();
        url = "tcp://127.0.0.1:" + port;
        broker = BrokerMain.start(data, port);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.stop();
    }
}
