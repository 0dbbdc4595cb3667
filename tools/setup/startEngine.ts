import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Log, step } from "../log";
import { lastLines, runProcess } from "../processes";
import { withProcessLock } from "../processLock";
import { PROJECT } from "../project";
import { DEFAULT_ENDPOINT, findEngine, pingEngine } from "./dockerEngine";

const LIMIT_SECONDS = 60;
const ENGINE_LOG = "/var/log/dockerd.log";
const ENGINE_LOCK = `/run/${PROJECT}-dockerd.lock`;

/** Starts the installed Docker engine, unless it runs, and waits until it answers. */
export async function startEngine(log: Log): Promise<void> {
    if (await isRunning()) return;
    if (process.platform !== "linux") throw new Error("The Docker engine is not running. Start Docker Desktop.");
    const bySystemd = existsSync("/run/systemd/system");
    if (process.getuid?.() !== 0) {
        const command = bySystemd ? "sudo systemctl enable --now docker" : "sudo dockerd";
        throw new Error(`The Docker engine is installed but not running, and only root can start it. Run: ${command}`);
    }
    await step(log, "Docker engine: starting", () => (bySystemd ? startBySystemd() : startByHand(log)), LIMIT_SECONDS);
}

async function isRunning(): Promise<boolean> {
    return (await pingEngine(DEFAULT_ENDPOINT)).state === "running";
}

async function startBySystemd(): Promise<void> {
    const { code, stderr } = await runProcess("systemctl", ["start", "docker"]);
    const readLog = async () =>
        (await runProcess("journalctl", ["-u", "docker", "-n", "15", "--no-pager", "-o", "cat"])).stdout;
    if (code !== 0) throw new Error(`systemctl start docker failed: ${stderr.trim()}\n${await readLog()}`);
    await waitUntilRunning("journalctl -u docker", readLog);
}

/** Starts the engine as a detached process, where systemd does not run (containers, small virtual machines). */
async function startByHand(log: Log): Promise<void> {
    const readLog = () => Promise.resolve(readFileSync(ENGINE_LOG, "utf8"));
    await withProcessLock(
        ENGINE_LOCK,
        async () => {
            if (await isRunning()) return;
            await mountControlGroups();
            spawnEngine();
            await waitUntilRunning(ENGINE_LOG, readLog);
        },
        (holder) => log(`Docker engine: process ${holder} is starting it`),
    );
}

/** Mounts the control groups, which the engine needs and an init system would mount. */
async function mountControlGroups(): Promise<void> {
    if (/ \/sys\/fs\/cgroup[ /]/.test(readFileSync("/proc/self/mounts", "utf8"))) return;
    const { code, stderr } = await runProcess("mount", ["-t", "cgroup2", "none", "/sys/fs/cgroup"]);
    if (code !== 0) throw new Error(`Cannot mount the control groups that the Docker engine needs: ${stderr.trim()}`);
}

function spawnEngine(): void {
    const output = openSync(ENGINE_LOG, "a", 0o640);
    const engine = findEngine() ?? "dockerd";
    spawn(engine, ["-H", DEFAULT_ENDPOINT], { detached: true, stdio: ["ignore", output, output], cwd: "/" }).unref();
    closeSync(output);
}

async function waitUntilRunning(logName: string, readLog: () => Promise<string>): Promise<void> {
    const end = Date.now() + LIMIT_SECONDS * 1000;
    while (!(await isRunning())) {
        if (Date.now() > end) {
            const tail = lastLines(await readLog(), 15);
            throw new Error(
                `The Docker engine does not answer ${LIMIT_SECONDS} s after its start. The end of ${logName}:\n${tail}`,
            );
        }
        await sleep(200);
    }
}
