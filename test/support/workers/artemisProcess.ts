import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokerXml } from "../../../components/render/artemis";
import { STORE_PASSWORD as PUBLIC_PASSWORD } from "../../../components/render/tls";
import { defaults } from "../../../config/defaults";
import { clusterReady } from "../../../servers/health";
import { Hopeless, waitFor } from "../../../servers/wait";
import { findPorts } from "../stack/ports";
import { type Certificate, STORE_PASSWORD } from "./certificates";
import { JavaProcess } from "./javaProcess";
import { unpackedServer } from "./serverArchive";

/** A JMS broker as a plain process, on a free port of 127.0.0.1. */
export interface ArtemisProcess {
    /** host:port */
    address: string;
    user: string;
    password: string;
    /** Ends the process and removes its messages. */
    stop(): Promise<void>;
}

const LOGIN = { user: "cdc", password: "of-a-test" };

/**
 * Starts Artemis with the settings of a stack's own, and waits until it takes clients.
 *
 * @param certificate of a broker that takes TLS only, as in a stack with `security.tls: require`. Default: no TLS.
 */
export async function startArtemis(queues: string[], certificate?: Certificate): Promise<ArtemisProcess> {
    const distribution = await unpackedServer("artemis", defaults.jmsBroker.version);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-artemis-"));
    const etc = join(folder, "etc");
    mkdirSync(etc);
    const [port, loopbackPort] = [(await findPorts()).jmsBroker, (await findPorts()).jmsBroker];
    const tls = certificate && {
        mode: "require" as const,
        port: loopbackPort,
        tlsPort: port,
        store: certificate.keyStore,
    };
    const broker = brokerXml({ queues, port, dataDir: join(folder, "data"), ...tls })
        .replace("0.0.0.0", "127.0.0.1")
        // The stores of the tests have a password of their own
        .replace(`keyStorePassword=${PUBLIC_PASSWORD}`, `keyStorePassword=${STORE_PASSWORD}`);
    writeFileSync(join(etc, "broker.xml"), broker);
    writeFileSync(join(etc, "management.xml"), '<management-context xmlns="http://activemq.apache.org/schema"/>');
    writeFileSync(join(etc, "bootstrap.xml"), bootstrapXml(join(etc, "broker.xml")));
    const process = new JavaProcess(join(folder, "artemis.log"), [
        `-Dartemis.home=${distribution}`,
        `-Dartemis.instance=${folder}`,
        "-cp",
        join(distribution, "lib", "artemis-boot.jar"),
        "org.apache.activemq.artemis.boot.Artemis",
        "run",
    ]);
    const stop = async () => {
        await process.end();
        rmSync(folder, { recursive: true, force: true });
    };
    const address = `127.0.0.1:${port}`;
    const credentials = certificate && { ca: certificate.cert, cert: certificate.cert, key: certificate.key };
    const check = async () => {
        if (!process.running) throw new Hopeless(`the broker ended:\n${process.output.slice(-3000)}`);
        return clusterReady({ kind: "artemis", targets: [address], expected: 1, credentials });
    };
    try {
        await waitFor(check, { what: `the JMS broker at ${address}`, timeoutSeconds: 120, intervalSeconds: 0.2 });
    } catch (error) {
        await stop();
        throw error;
    }
    return { address, ...LOGIN, stop };
}

/** Source: Artemis manual, "Basic Security Manager". */
function bootstrapXml(broker: string): string {
    return `<broker xmlns="http://activemq.apache.org/schema">
    <security-manager class-name="org.apache.activemq.artemis.spi.core.security.ActiveMQBasicSecurityManager">
        <property key="bootstrapUser" value="${LOGIN.user}"/>
        <property key="bootstrapPassword" value="${LOGIN.password}"/>
        <property key="bootstrapRole" value="amq"/>
    </security-manager>
    <server configuration="file:${broker}"/>
</broker>
`;
}
