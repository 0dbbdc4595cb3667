import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rememberedPulumi } from "../../../tools/setup/pulumi";
import { PulumiProgram } from "./pulumiProgram";

let program: PulumiProgram;

beforeAll(async () => {
    program = await PulumiProgram.create();
});

afterAll(() => program.close());

const DYNAMIC = `
class Dynamic extends pulumi.dynamic.Resource {
    constructor(name: string, create: () => Promise<pulumi.dynamic.CreateResult>) {
        super({ create }, name, {}, undefined, "cdc", "Dynamic");
    }
}`;

test("a program gets its config, and its output and dynamic resources are shown, and nothing else", async () => {
    program.writeFile(
        "Pulumi.test.yaml",
        `${readFileSync(`${program.folder}/Pulumi.test.yaml`, "utf8")}\nconfig:\n  key: value\n`,
    );
    const outcome = await program.up(`
console.log("config: " + new pulumi.Config().require("key"));
${DYNAMIC}
new Dynamic("dynamic", async () => ({ id: "1", outs: {} }));`);
    expect(outcome.steps).toEqual({ dynamic: "create" });
    expect(outcome.messages.trim()).toBe("config: value");
});

test("an error of the program is shown once", async () => {
    const outcome = await program.up(`throw new pulumi.RunError("it went wrong");`);
    expect(outcome.ok).toBe(false);
    expect(outcome.messages.split("it went wrong")).toHaveLength(2);
});

/** Processes that this program's folder is the working directory of. */
function processesOfProgram(): string[] {
    return readdirSync("/proc").filter((pid) => {
        try {
            return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(program.folder);
        } catch {
            // it has ended, or it belongs to another user
            return false;
        }
    });
}

// with released tools what is left is theirs
test.skipIf(rememberedPulumi()?.way === "release")("nothing outlives a killed engine", async () => {
    program.write(`${DYNAMIC}
new Dynamic("slow", async () => { await new Promise((resolve) => setTimeout(resolve, 600_000)); return { id: "1", outs: {} }; });
new command.local.Command("shell", { create: "sleep 600", logging: "none" });
new docker.Network("network", { name: "cdc-plugtest-${process.pid}" });`);
    const engine = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive"], {
        cwd: program.folder,
        env: program.environment,
        stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    engine.stdout.on("data", (text) => (output += String(text)));
    await expect.poll(() => output, { timeout: 60_000 }).toContain("network created");
    await expect.poll(() => output, { timeout: 60_000 }).toContain("slow creating");
    await expect.poll(() => output, { timeout: 60_000 }).toContain("shell creating");
    engine.kill("SIGKILL");
    await expect.poll(processesOfProgram, { timeout: 20_000 }).toEqual([]);
    await program.unlock();
});
