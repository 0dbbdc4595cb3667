import { randomUUID } from "node:crypto";
import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { ConnectProcess, startConnect } from "../../support/workers/connectProcess";
import { Engine } from "../../support/workers/engine";
import { FaultProxy, NextFault } from "../../support/workers/faultProxy";

export const SOURCE_CLASS = "org.apache.kafka.connect.file.FileStreamSourceConnector";
export const SINK_CLASS = "org.apache.kafka.connect.file.FileStreamSinkConnector";

/** One worker for all tests of a file. What they create on it has names of its own, and goes with it. */
export class WorkerUnderTest {
    private connect!: ConnectProcess;
    private proxy!: FaultProxy;

    constructor(start: () => Promise<ConnectProcess> = startConnect) {
        beforeAll(async () => {
            this.connect = await start();
            this.proxy = await FaultProxy.start([this.connect]);
        });
        afterAll(async () => {
            await this.proxy?.close();
            await this.connect?.stop();
        });
    }

    /** The address that the worker itself reports. */
    get workerUrl(): string {
        return this.connect.restUrl;
    }

    /** Version of the worker, and of its file connectors. */
    get version(): string {
        return this.connect.version;
    }

    get bootstrapServers(): string {
        return this.connect.bootstrapServers;
    }

    get secretsFolder(): string {
        return this.connect.secretsFolder;
    }

    writeSecret(name: string, value: string): void {
        this.connect.writeSecret(name, value);
    }

    /** A path that no other test uses. */
    path(name: string): string {
        return join(this.connect.folder, `${randomUUID().slice(0, 8)}-${name}`);
    }

    /** Arguments of a connector that reads a file which does not exist yet. */
    source(config: Record<string, unknown> = {}): Record<string, any> {
        return this.args(SOURCE_CLASS, { file: this.path("in"), topic: "lines", ...config });
    }

    /** Arguments of a connector that writes a file, which it makes when its task starts. */
    sink(config: Record<string, unknown> = {}): Record<string, any> {
        return this.args(SINK_CLASS, { file: this.path("out"), topics: "lines", ...config });
    }

    engine(): Engine {
        return new Engine();
    }

    /** Faults of the requests that are made with a connector's arguments from now on; undefined: none. */
    setFaults(args: Record<string, any>, next: NextFault | undefined): void {
        this.proxy.setFaults(args["name"], next);
    }

    /** Requests that changed a connector, since the last call. */
    writes(args: Record<string, any>): string[] {
        return this.proxy.takeWrites(args["name"]);
    }

    /** How often the connector's one task was started. */
    starts(name: string): number {
        return this.connect.workerLog().split(`Creating task ${name}-0`).length - 1;
    }

    /** Names of all connectors. */
    async names(): Promise<string[]> {
        return (await this.rest("GET", "/connectors")).data;
    }

    async config(name: string): Promise<Record<string, string> | undefined> {
        const { status, data } = await this.rest("GET", `/connectors/${name}/config`);
        return status === 404 ? undefined : data;
    }

    async put(name: string, config: Record<string, string>): Promise<void> {
        await this.rest("PUT", `/connectors/${name}/config`, config);
    }

    /** Pauses a connector and waits until it and its one task are. */
    async pause(name: string): Promise<void> {
        await this.rest("PUT", `/connectors/${name}/pause`);
        await vi.waitUntil(async () => (await this.states(name)).join() === "PAUSED,PAUSED", { timeout: 20_000 });
    }

    /** Stops a connector and waits until it and its tasks are. */
    async stop(name: string): Promise<void> {
        await this.rest("PUT", `/connectors/${name}/stop`);
        await vi.waitUntil(async () => (await this.states(name)).join() === "STOPPED", { timeout: 20_000 });
    }

    /** Restarts a task that cannot start any more, and waits until it has FAILED. */
    async failTask(name: string): Promise<void> {
        await this.rest("POST", `/connectors/${name}/tasks/0/restart`);
        await vi.waitUntil(async () => (await this.states(name)).join() === "RUNNING,FAILED", { timeout: 20_000 });
    }

    async untilRunning(name: string): Promise<void> {
        await vi.waitUntil(async () => (await this.states(name)).join() === "RUNNING,RUNNING", { timeout: 20_000 });
    }

    async delete(name: string): Promise<void> {
        await this.rest("DELETE", `/connectors/${name}`);
    }

    /** Its offsets, once it has any. */
    async offsets(name: string): Promise<unknown> {
        return vi.waitFor(
            async () => {
                const { data } = await this.rest("GET", `/connectors/${name}/offsets`);
                expect(data.offsets).not.toEqual([]);
                return data.offsets;
            },
            { timeout: 30_000, interval: 200 },
        );
    }

    /** States of a connector and its tasks; none while it has no status. */
    async states(name: string): Promise<string[]> {
        const { data } = await this.rest("GET", `/connectors/${name}/status`);
        return data.connector ? [data.connector.state, ...data.tasks.map((task: { state: string }) => task.state)] : [];
    }

    private args(connectorClass: string, config: Record<string, unknown>): Record<string, any> {
        const name = `c-${randomUUID().slice(0, 8)}`;
        return { name, cluster: "test", restUrls: this.proxy.urlsFor(name), class: connectorClass, config };
    }

    /** Straight to the worker, with patience: tests run at the same time, and each makes the group rebalance. */
    private async rest(method: string, path: string, data?: unknown): Promise<{ status: number; data: any }> {
        const answer = () =>
            axios.request({
                baseURL: this.connect.restUrl,
                url: path,
                method,
                data,
                headers: { "content-type": "application/json" },
                validateStatus: () => true,
            });
        return vi.waitFor(
            async () => {
                const { status, data } = await answer();
                if (status === 409 || status >= 500) throw new Error(`${method} ${path}: ${data.message}`);
                return { status, data };
            },
            { timeout: 30_000, interval: 200 },
        );
    }
}
