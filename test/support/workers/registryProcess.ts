import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Credentials } from "@connect-cdc/connector/client";
import axios from "axios";
import { CLIENT_AUTH_PROPERTIES, registryMain, registrySettings } from "../../../components/render/registry";
import { registryUrl } from "../../../components/render/serverAddresses";
import { SCHEMA_WRITERS, type TlsMode } from "../../../components/render/tls";
import { defaults } from "../../../config/defaults";
import { makeJar } from "../../../images/staging/javaSources";
import { clusterReady } from "../../../servers/health";
import { Hopeless, waitFor } from "../../../servers/wait";
import { findPorts } from "../stack/ports";
import { JavaProcess } from "./javaProcess";
import { unpackedServer } from "./serverArchive";

const AUTHORIZER = join(__dirname, "../../../images/registry/RegistryAuthorizer.java");

/** A schema registry as a plain process, on a free port of 127.0.0.1. */
export interface RegistryProcess {
    /** Of its API like Confluent's; it ends with `/apis/ccompat/v7`. */
    url: string;
    /** Its port without TLS, if it has one. */
    plainPort: number;
    /** All output so far, of all starts. */
    readonly log: string;
    /** Ends the process like a power cut. Its schemas stay. */
    kill(): Promise<void>;
    /** Starts it again on the same port with the same schemas, and waits until it answers. */
    start(): Promise<void>;
    /** Ends the process and removes its schemas. */
    stop(): Promise<void>;
}

/** TLS of a registry in a test, from the mode `prefer` on. */
export interface RegistryProcessTls {
    mode: TlsMode;
    /** PKCS12 file of the registry. */
    store: string;
    /** By which the test waits for it. */
    credentials: Credentials;
}

/**
 * Starts Apicurio Registry with an empty store and the settings of a stack's own, and waits until it answers.
 *
 * @param compatibility of subjects without a level of their own. Default: that of the stack config.
 */
export async function startRegistry(
    compatibility: string = defaults.registry.compatibility,
    tls?: RegistryProcessTls,
): Promise<RegistryProcess> {
    const distribution = await unpackedServer("registry", defaults.registry.version);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-registry-"));
    const { connect: port, tls: tlsPorts } = await findPorts();
    const url = registryUrl(`127.0.0.1:${tls ? tlsPorts.registry : port}`, tls?.mode);
    const clientAuthFile = join(folder, "client-auth.properties");
    writeFileSync(clientAuthFile, CLIENT_AUTH_PROPERTIES);
    const authorizer = join(folder, "authorizer.jar");
    await makeJar(AUTHORIZER, authorizer, [join(distribution, "lib", "*")], {
        service: "io.undertow.servlet.ServletExtension",
    });
    const registryTls = tls && {
        ...{ mode: tls.mode, store: tls.store, port: tlsPorts.registry },
        ...{ clientAuthFile, writers: SCHEMA_WRITERS },
    };
    const properties = {
        ...registrySettings({
            port,
            compatibility,
            store: { folder },
            tls: registryTls,
        }),
        "quarkus.http.host": "127.0.0.1",
    };
    const args = [
        ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
        ...registryMain(registryTls, join(distribution, runnerOf(distribution)), authorizer),
    ];
    let process: JavaProcess;
    const registry: RegistryProcess = {
        url,
        plainPort: port,
        get log() {
            return process.output;
        },
        kill: () => process.end(),
        start: async () => {
            process = new JavaProcess(join(folder, "registry.log"), args);
            await untilReady(url, process, tls?.credentials);
        },
        stop: async () => {
            await process.end();
            rmSync(folder, { recursive: true, force: true });
        },
    };
    try {
        await registry.start();
    } catch (error) {
        await registry.stop();
        throw error;
    }
    return registry;
}

/**
 * Gives a subject the compatibility NONE. By Apicurio's own API, because its API like Confluent's takes NONE for "as the
 * registry's".
 */
export async function allowEveryChange(url: string, subject: string): Promise<void> {
    const rules = `${new URL(url).origin}/apis/registry/v2/groups/default/artifacts/${subject}/rules`;
    await axios.post(rules, { type: "COMPATIBILITY", config: "NONE" });
}

async function untilReady(url: string, process: JavaProcess, credentials?: Credentials): Promise<void> {
    const check = async () => {
        if (!process.running) throw new Hopeless(`the registry ended:\n${process.output.slice(-3000)}`);
        return clusterReady({ kind: "registry", targets: [new URL(url).host], expected: 1, credentials });
    };
    await waitFor(check, { what: `the registry at ${url}`, timeoutSeconds: 180, intervalSeconds: 0.2 });
}

function runnerOf(distribution: string): string {
    return readdirSync(distribution).find((file) => file.endsWith("-runner.jar"))!;
}
