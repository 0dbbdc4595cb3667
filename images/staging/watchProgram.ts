import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lastLines, runProcess } from "../../tools/processes";
import { cached, withTemporaryFolder } from "./cache";
import { digestOf } from "./digests";
import { place } from "./files";

/** The program of the watch container, from the checkout. */
export const WATCH_PROGRAM = join("images", "watch", "main.ts");

/** Files of images/watch/ that pin the Node.js runtime. */
export const NODE_PINS = ["package.json", "package-lock.json"];

const EMPTY = "\0empty";

/** The container has no Docker socket, so that it needs no client for one, which would be half of the program. */
const withoutDocker = {
    name: "without-docker",
    resolveId: (id: string) => (id === "dockerode" ? EMPTY : null),
    load: (id: string) => (id === EMPTY ? "export default class {}" : null),
};

/** What goes into the watch image beside the files of images/watch/. */
export interface WatchParts {
    /** Text of the program. */
    program: string;
    /** Path of the `node` binary. */
    node: string;
}

/** @param checkout absolute folder of this project */
export async function watchParts(checkout: string): Promise<WatchParts> {
    const [program, node] = await Promise.all([watchProgram(checkout), nodeBinary(join(checkout, "images", "watch"))]);
    return { program, node };
}

/** The program with all its packages, in one file. */
async function watchProgram(checkout: string): Promise<string> {
    const { rolldown } = await import("rolldown");
    const build = await rolldown({
        cwd: checkout,
        input: WATCH_PROGRAM,
        platform: "node",
        plugins: [withoutDocker],
        // The same with its WebAssembly in the text instead of in a file beside it
        resolve: { alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" } },
        logLevel: "silent",
    });
    const { output } = await build.generate({ format: "cjs", minify: false, codeSplitting: false });
    await build.close();
    return output[0].code;
}

/**
 * The `node` binary for the image. It comes as the npm package that holds the official one, since that can be had wherever
 * this project's own packages can; npm checks it against the lock file. Debian 12 has only Node.js 18, which the Kafka
 * client does not support.
 *
 * @param folder images/watch
 */
async function nodeBinary(folder: string): Promise<string> {
    const key = digestOf([process.arch, ...NODE_PINS.map((name) => readFileSync(join(folder, name), "utf8"))]);
    const build = (target: string) =>
        withTemporaryFolder(async (work) => {
            for (const name of NODE_PINS) place(join(folder, name), join(work, name), false);
            // The image is for Linux, also when this runs on another system
            const platform = ["--os=linux", `--cpu=${process.arch}`];
            const args = ["ci", ...platform, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
            const { code, stderr } = await runProcess("npm", args, { cwd: work });
            if (code !== 0) throw new Error(`images/watch: npm gives no Node.js: ${lastLines(stderr, 10)}`);
            const binary = join(work, "node_modules", `node-linux-${process.arch}`, "bin", "node");
            place(binary, join(target, "node"), true);
        });
    return join(await cached("node", key, build), "node");
}
