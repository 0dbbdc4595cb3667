import { rolldown } from "rolldown";

/**
 * Packages that Docker's client loads for features that these programs do not use: its own SSH client (the `ssh` command
 * is used) and BuildKit sessions (the classic builder is used). Leaving them out halves the time a plugin needs to start.
 */
const UNUSED = ["ssh2", "@grpc/proto-loader", "protobufjs"];

const EMPTY = "\0empty";

const withoutUnused = {
    name: "without-unused",
    resolveId: (id: string) => (UNUSED.includes(id) ? EMPTY : null),
    load: (id: string) => (id === EMPTY ? "export default {};" : null),
};

/** Bundles one TypeScript program with all its packages into one file, which then needs no `node_modules`. */
export async function bundle(source: string, target: string): Promise<void> {
    const build = await rolldown({
        input: source,
        platform: "node",
        plugins: [withoutUnused],
        logLevel: "silent",
    });
    await build.write({ file: target, format: "cjs", minify: false, codeSplitting: false });
    await build.close();
}
