import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { ConnectorProgram } from "../support/workers/connectorProgram";
import { ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { FaultProxy } from "../support/workers/faultProxy";
import { fileConnectors } from "../support/workers/fileConnectors";

const COUNT = process.env.SOAK ? 100 : 20;
const LIMIT_MS = 10 * 60_000;
const CLIENT = "pulumi";

let connect: ConnectProcesses;
let proxy: FaultProxy;
let program: ConnectorProgram;
let theirs: { name: string; config: Record<string, string> };

const declared = (more?: Record<string, string>) => fileConnectors(COUNT, proxy.urlsFor(CLIENT), connect.folder, more);
const names = () => declared().map(({ name }) => name);
/** Without validations, which change nothing; in no order, for Pulumi has none. */
const takeWrites = () =>
    proxy
        .takeWrites(CLIENT)
        .filter((write) => !write.endsWith("/validate"))
        .sort();
const rest = (method: string, path: string, data?: unknown) =>
    axios.request({ baseURL: connect.clusters[0]!.restUrls[1], url: path, method, data, headers: JSON_BODY });
const JSON_BODY = { "content-type": "application/json" };

async function states(): Promise<Record<string, string>> {
    const { data } = await rest("GET", "/connectors?expand=status");
    const entries = Object.entries(data as Record<string, { status: any }>).map(([name, { status }]) => {
        const tasks = status.tasks.map((task: { state: string }) => task.state);
        return [name, [status.connector.state, ...tasks].join()];
    });
    return Object.fromEntries(entries);
}

const allRunning = () => Object.fromEntries([...names(), theirs.name].map((name) => [name, "RUNNING,RUNNING"]));

beforeAll(async () => {
    connect = await startConnectClusters([{ version: BROKER_VERSION, workers: 2 }]);
    proxy = await FaultProxy.start([{ restUrl: connect.clusters[0]!.restUrls[0]! }]);
    program = await ConnectorProgram.create();
    const [{ class: connectorClass, config }] = fileConnectors(1, [], connect.folder) as [any];
    theirs = {
        name: "theirs",
        config: { "connector.class": connectorClass, ...config, file: `${config.file}-theirs` },
    };
    await rest("PUT", `/connectors/${theirs.name}/config`, theirs.config);
}, LIMIT_MS);

afterAll(async () => {
    program?.remove();
    await proxy?.close();
    await connect?.stop();
});

// Each continues where the previous one ends: all connectors anew for each would take too long.
describe(`${COUNT} connectors of one program`, () => {
    it(
        "are made once each, though the first up is killed half way",
        async () => {
            program.declare(declared());
            const writes: string[] = [];
            await program.upUntilKilled(() => {
                writes.push(...takeWrites());
                return writes.length >= COUNT / 3;
            });
            expect(writes.length).toBeLessThan(COUNT);
            await program.up();
            writes.push(...takeWrites());
            expect(writes).toEqual(Array.from({ length: COUNT }, () => "POST /connectors"));
            expect(await states()).toEqual(allRunning());
        },
        LIMIT_MS,
    );

    it(
        "take one list to refresh, and nothing else that grows with them",
        async () => {
            proxy.takeReads(CLIENT);
            await program.refresh("--expect-no-changes");
            expect(proxy.takeReads(CLIENT).sort()).toEqual(["GET /", "GET /connectors?expand=info&expand=status"]);
            expect(takeWrites()).toEqual([]);
        },
        LIMIT_MS,
    );

    it(
        "are repaired by as many writes as there were changes",
        async () => {
            const { data: config } = await rest("GET", "/connectors/file-3/config");
            await rest("PUT", "/connectors/file-1/pause");
            await rest("DELETE", "/connectors/file-2");
            await rest("PUT", "/connectors/file-3/config", { ...config, topics: "others" });
            await program.up("--refresh");
            expect(takeWrites()).toEqual([
                "POST /connectors",
                "PUT /connectors/file-1/resume",
                "PUT /connectors/file-3/config",
            ]);
            expect(await states()).toEqual(allRunning());
        },
        LIMIT_MS,
    );

    it(
        "are updated by one write each",
        async () => {
            program.declare(declared({ "errors.tolerance": "all" }));
            await program.up();
            expect(takeWrites()).toEqual(
                names()
                    .map((name) => `PUT /connectors/${name}/config`)
                    .sort(),
            );
            expect(await states()).toEqual(allRunning());
        },
        LIMIT_MS,
    );

    it(
        "are deleted, and one that is not declared stays unchanged",
        async () => {
            await program.destroy();
            expect(await states()).toEqual({ [theirs.name]: "RUNNING,RUNNING" });
            // A worker may answer 500 for as long as the rebalance after the deletions lasts
            await expect
                .poll(async () => (await rest("GET", `/connectors/${theirs.name}/config`)).data, { timeout: 60_000 })
                .toEqual({ ...theirs.config, name: theirs.name });
        },
        LIMIT_MS,
    );
});
