import { rolldown } from "rolldown";

/**
 * Packages of the Docker client for features that these programs do not use: an SSH client (they use the `ssh` command)
 * and BuildKit sessions (they use the classic builder). A plugin without them starts in half the time.
 */
const UNUSED = ["ssh2", "@grpc/proto-loader", "protobufjs"];

const EMPTY = "\0empty";

const withoutUnused = {
    name: "without-unused",
    resolveId: (id: string) => (UNUSED.includes(id) ? EMPTY : null),
    load: (id: string) => (id === EMPTY ? "export default {};" : null),
};

/** Bundles a TypeScript program with all its packages into one file, which needs no `node_modules`. */
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
