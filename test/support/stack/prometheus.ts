import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
    createWriteStream,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import axios from "axios";
import { done, waitFor } from "../../../servers/wait";
import { cacheFolder } from "../../../tools/folders";
import { findProgram } from "../../../tools/processes";

const run = promisify(execFile);

/** Debian's Prometheus, unpacked and not installed: a package that is installed starts its service. */
export async function prometheusProgram(name: "prometheus" | "promtool"): Promise<string> {
    const installed = findProgram(name);
    if (installed !== undefined) return installed;
    const folder = join(cacheFolder("test-prometheus"), "unpacked");
    if (!existsSync(folder)) await unpack(folder);
    return join(folder, "usr", "bin", name);
}

async function unpack(folder: string): Promise<void> {
    const draft = `${folder}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    await download(draft).catch((error: Error) => {
        throw new Error(`tests of metrics need Prometheus: put prometheus and promtool on PATH (${error.message})`);
    });
    const [archive] = readdirSync(draft);
    await run("dpkg-deb", ["--extract", join(draft, archive!), draft]);
    rmSync(join(draft, archive!));
    // Two tests may do this at the same time: the first one there wins, both are equal.
    if (existsSync(folder)) rmSync(draft, { recursive: true });
    else renameSync(draft, folder);
}

/** The user `_apt` may not write to the folder: apt-get warns of that, and does it all the same. */
async function download(folder: string): Promise<void> {
    const get = () => run("apt-get", ["download", "-qq", "prometheus"], { cwd: folder });
    // A machine that has never installed anything has no list of packages.
    await get().catch(() => run("apt-get", ["update", "-qq"]).then(get));
}

/** The output of `promtool`; throws an error with it when it finds a problem. */
export async function promtool(args: string[], input = ""): Promise<string> {
    const child = run(await prometheusProgram("promtool"), args);
    child.child.stdin?.end(input);
    try {
        return (await child).stdout;
    } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`promtool ${args.join(" ")} found faults:\n${stdout}${stderr}`);
    }
}

/** One series of an answer. */
export interface Series {
    metric: Record<string, string>;
    value: [time: number, value: string];
}

export interface Alert {
    labels: Record<string, string>;
    state: string;
}

/** A Prometheus of its own, as a plain process on a free port, that keeps its data in a folder of its own. */
export class PrometheusServer {
    private constructor(
        private readonly child: ChildProcess,
        private readonly url: string,
        private readonly folder: string,
    ) {}

    /** @param configFile its `prometheus.yml`; paths in it count from its folder. */
    static async start(configFile: string): Promise<PrometheusServer> {
        const program = await prometheusProgram("prometheus");
        const folder = mkdtempSync(join(tmpdir(), "connect-cdc-prometheus-"));
        const port = await freePort();
        const args = [
            `--config.file=${configFile}`,
            `--storage.tsdb.path=${join(folder, "data")}`,
            `--web.listen-address=127.0.0.1:${port}`,
        ];
        const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
        const log = join(folder, "log");
        child.stderr?.pipe(createWriteStream(log));
        const server = new PrometheusServer(child, `http://127.0.0.1:${port}`, folder);
        const ready = async () => {
            if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${readFileSync(log, "utf8")}`);
            await axios.get(`${server.url}/-/ready`, { timeout: 2000, proxy: false });
            return done();
        };
        await waitFor(ready, { what: "Prometheus", timeoutSeconds: 60 });
        return server;
    }

    async stop(): Promise<void> {
        const ended = new Promise((resolve) => this.child.once("exit", resolve));
        this.child.kill();
        await ended;
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** The series that an expression gives now. */
    async query(expression: string): Promise<Series[]> {
        const { result } = await this.get<{ result: Series[] }>("query", { query: expression });
        return result;
    }

    /** Alerts that fire now. */
    async firing(): Promise<Alert[]> {
        const { alerts } = await this.get<{ alerts: Alert[] }>("alerts", {});
        return alerts.filter(({ state }) => state === "firing");
    }

    private async get<T>(path: string, params: Record<string, string>): Promise<T> {
        const { data } = await axios.get<{ status: string; error?: string; data: T }>(`${this.url}/api/v1/${path}`, {
            params,
            timeout: 10_000,
            proxy: false,
            validateStatus: () => true,
        });
        if (data.status !== "success") throw new Error(`${params.query ?? path}: ${data.error}`);
        return data.data;
    }
}

function freePort(): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen({ host: "127.0.0.1", port: 0 }, () => {
            const { port } = server.address() as { port: number };
            server.close(() => resolve(port));
        });
    });
}
