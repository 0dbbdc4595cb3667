import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import { done, Hopeless, pending, waitFor } from "../../../servers/wait";
import { readTopic } from "../rows/topics";
import { ConnectProcesses } from "./connectProcess";
import { ConnectWorker } from "./workerProcess";

/** A source that reads lines of one digit from a file. Its position is the number of bytes that it has read. */
export class LineSource {
    static readonly lineBytes = 2;
    /** The worker that is asked for its state. */
    askedWorker!: ConnectWorker;
    private readonly file: string;
    readonly topic: string;
    private readonly offsetsTopic: string;

    /** @param groupId of the workers. */
    constructor(
        readonly name: string,
        private readonly connect: ConnectProcesses,
        groupId: string,
    ) {
        this.file = join(connect.folder, name);
        this.topic = `lines-${name}`;
        this.offsetsTopic = `${groupId}-offsets`;
        writeFileSync(this.file, "");
    }

    /** Creates the connector. It stores its positions as this project's Debezium sources do. */
    async create(worker: ConnectWorker): Promise<void> {
        this.askedWorker = worker;
        const config = {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
            file: this.file,
            topic: this.topic,
            "offsets.storage.topic": this.offsetsTopic,
            "transaction.boundary": "interval",
            // Longer than it takes to stop a worker after a line
            "transaction.boundary.interval.ms": "3000",
        };
        await axios.put(this.url("config"), config, { proxy: false });
    }

    async stop(): Promise<void> {
        await axios.put(this.url("stop"), {}, { proxy: false });
    }

    async resume(): Promise<void> {
        await axios.put(this.url("resume"), {}, { proxy: false });
    }

    /** Of a stopped source. */
    async setPosition(position: number): Promise<void> {
        const offsets = [{ partition: { filename: this.file }, offset: { position } }];
        await this.whenStopped(() => axios.patch(this.url("offsets"), { offsets }, { proxy: false }));
    }

    /** Of a stopped source. */
    async resetPosition(): Promise<void> {
        await this.whenStopped(() => axios.delete(this.url("offsets"), { proxy: false }));
    }

    /** Connect refuses the change until the tasks have ended. */
    private async whenStopped(change: () => Promise<unknown>): Promise<void> {
        await this.until("its position to be changed", async () => done(await change()));
    }

    add(digit: number): void {
        appendFileSync(this.file, `${digit}\n`);
    }

    async untilPosition(position: number | undefined): Promise<void> {
        await this.until(`position ${position}`, async () => {
            const { data } = await axios.get(this.url("offsets"), { proxy: false });
            const now = data.offsets[0]?.offset.position;
            return now === position ? done() : pending(`its position is ${now}`);
        });
    }

    async untilWritten(digit: number): Promise<void> {
        await this.until(`line ${digit}`, async () => {
            const lines = await this.lines();
            return lines.includes(String(digit)) ? done() : pending(`the topic has ${lines.join()}`);
        });
    }

    /** Waits until its task runs on one of the workers. Throws when the task has FAILED. */
    async untilRunningOn(workers: ConnectWorker[]): Promise<ConnectWorker> {
        return this.until("its task to run", async () => {
            const { data } = await axios.get(this.url("status"), { proxy: false, validateStatus: null });
            const [task] = data.tasks ?? [];
            if (task?.state === "FAILED") throw new Hopeless(`its task has FAILED: ${task.trace}`);
            const worker = workers.find(({ restUrl }) => restUrl.endsWith(task?.worker_id));
            return worker && task.state === "RUNNING" ? done(worker) : pending(`it is ${JSON.stringify(task)}`);
        });
    }

    /** All lines in the topic, without those of open and aborted transactions. */
    async lines(): Promise<(string | undefined)[]> {
        return (await readTopic([this.connect.bootstrapServers], this.topic)).map(({ value }) => value);
    }

    /** The positions that were stored, in the order of the topic. */
    async positions(): Promise<number[]> {
        const records = await readTopic([this.connect.bootstrapServers], this.offsetsTopic);
        return records
            .filter(({ key, value }) => key?.startsWith(`["${this.name}",`) && value)
            .map(({ value }) => (JSON.parse(value!) as { position: number }).position);
    }

    private url(path: string): string {
        return `${this.askedWorker.restUrl}/connectors/${this.name}/${path}`;
    }

    private until<T>(what: string, check: Parameters<typeof waitFor<T>>[0]): Promise<T> {
        return waitFor(check, { what: `${this.name}: ${what}`, timeoutSeconds: 120, intervalSeconds: 0.2 });
    }
}
