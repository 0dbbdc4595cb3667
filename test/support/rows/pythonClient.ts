import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../../images/staging/cache";
import { runProcess } from "../../../tools/processes";
import { CHECKOUT } from "../../../tools/project";
import type { RowEvent } from "./registryRows";

const FOLDER = join(CHECKOUT, "test/support/rows/python");

/**
 * Decodes topics with Confluent's client for Python, `confluent-kafka`.
 *
 * @param topics how many records of each to wait for.
 * @returns the changes of each topic.
 */
export async function readByPython(
    bootstrapServers: string,
    registryUrl: string,
    topics: Record<string, number>,
): Promise<Record<string, RowEvent[]>> {
    const wanted = Object.entries(topics).map(([topic, count]) => `${topic}=${count}`);
    const args = [join(FOLDER, "readTopics.py"), bootstrapServers, registryUrl, ...wanted];
    const lines = (await python(await environment(), args)).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as RowEvent & { topic: string });
    return Object.fromEntries(
        Object.keys(topics).map((topic) => [topic, events.filter((event) => event.topic === topic)]),
    );
}

/** Installs the packages once, into a virtual environment in the cache folder. @returns its `python`. */
async function environment(): Promise<string> {
    const requirements = join(FOLDER, "requirements.txt");
    const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
    const folder = await cached("python", digest, async (unfinished) => {
        await python("python3", ["-m", "venv", unfinished]);
        const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
        await python(pythonIn(unfinished), ["-m", "pip", "install", ...options, "--requirement", requirements]);
    });
    return pythonIn(folder);
}

const pythonIn = (folder: string) => join(folder, "bin", "python");

async function python(program: string, args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runProcess(program, args);
    if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed (exit code ${code}):\n${stdout}${stderr}`);
    return stdout;
}
