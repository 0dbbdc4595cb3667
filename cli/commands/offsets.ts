import { parseArgs } from "node:util";
import {
    changeOffsets,
    type Connect,
    offsetsAfter,
    type OffsetsChange,
    offsetsFolder,
    readOffsets,
    readOffsetsFile,
    readOffsetsOf,
    renderOffsets,
    type SavedOffsets,
    saveOffsets,
} from "@connect-cdc/connector/client";
import { ACCESS_OPTIONS, ACCESS_USAGE, namingOptions, readAccess } from "@connect-cdc/connector/commands";
import { stackOption } from "../../tools/environment";
import { confirm } from "../../tools/setup/confirm";
import { connectTarget } from "../connectTarget";
import { unknownName } from "../notFound";
import { changeLines, offsetLines } from "../offsets/offsetLines";
import { slotCheck, type SlotDatabase, slotDatabase } from "../offsets/slotCheck";

const USAGE = `usage:
  npm run offsets -- list <connector> [--json]
  npm run offsets -- alter <connector> <file, or -> [--force]
  npm run offsets -- reset <connector>
  npm run offsets -- restore <file, or -> [--connector <name>] [--force]
of the stack dev, or --stack <name>, or any Connect cluster: --url <URL>[,<URL>...]; --yes asks nothing
${ACCESS_USAGE}`;

/** Limit of a question, s. */
const READ_SECONDS = 60;

interface Options {
    json: boolean;
    yes: boolean;
    force: boolean;
    connector?: string;
}

/**
 * `npm run offsets`: shows how far a connector has come, and moves it. For a change the connector is stopped, and put back
 * afterwards; its offsets of before are kept in a file first, which `restore` takes.
 */
export default async function offsets(args: string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: {
            stack: stackOption(),
            url: { type: "string" },
            json: { type: "boolean", default: false },
            yes: { type: "boolean", default: false },
            force: { type: "boolean", default: false },
            connector: { type: "string" },
            ...ACCESS_OPTIONS,
        },
    });
    const command = readCommand(positionals, values);
    const connect = await connectTarget(values.url, values.stack, await readAccess(values));
    await namingOptions(() => command(connect, () => slotDatabase(values.url, values.stack)));
}

type Command = (connect: Connect, database: () => Promise<SlotDatabase>) => Promise<void>;

/** What the arguments ask for; everything that can be wrong with them is, before anybody is asked. */
function readCommand([verb, ...names]: string[], options: Options): Command {
    const wantedNames = { list: 1, alter: 2, reset: 1, restore: 1 }[verb ?? ""];
    if (wantedNames !== names.length) throw new Error(USAGE);

    const [first, second] = names as [string, string];
    if (verb === "list") return (connect) => list(connect, first, options);

    if (!options.yes && !(process.stdin.isTTY && process.stderr.isTTY)) {
        throw new Error(
            `${verb} stops the connector for a moment and moves it; without a terminal to ask on, say --yes`,
        );
    }
    if (verb === "restore") {
        const saved = readOffsetsFile(first);
        const name = options.connector ?? saved.connector;
        const asked: OffsetsChange = { kind: "restore", offsets: saved.offsets };
        return (connect, database) => change(connect, name, asked, { ...options, database }, saved);
    }
    const asked: OffsetsChange =
        verb === "alter" ? { kind: "alter", offsets: readOffsetsOf(second) } : { kind: "reset" };
    return (connect, database) => change(connect, first, asked, { ...options, database });
}

async function list(connect: Connect, name: string, { json }: Options): Promise<void> {
    const saved = await current(connect, name);
    if (json) {
        process.stdout.write(renderOffsets(saved));
        return;
    }
    print(`Offsets of ${saved.type} "${name}" (${saved.class}):`);
    offsetLines(saved.class, saved.offsets).forEach(print);
}

async function change(
    connect: Connect,
    name: string,
    asked: OffsetsChange,
    { yes, force, database }: Options & { database: () => Promise<SlotDatabase> },
    from?: SavedOffsets,
): Promise<void> {
    const now = await current(connect, name);
    if (from && !force) refuseOther(from, now);

    const config = (await connect(READ_SECONDS).info(name))!.config;
    const check = force || asked.kind === "reset" ? undefined : await slotCheck(config, asked.offsets, database);
    await check?.(print);
    if (!yes && !(await isMeant(now, asked))) {
        print("Nothing was changed.");
        return;
    }
    const { before, after, message } = await uninterrupted(name, () =>
        changeOffsets(connect, name, asked, async (saved) => {
            // While the connector was being stopped its slot may have moved on
            await check?.(() => undefined);
            const file = saveOffsets(offsetsFolder(), saved);
            print(`The offsets of before are kept in ${file}`);
        }),
    );
    print(`Offsets of ${now.type} "${name}":`);
    changeLines(now.class, before, after).forEach(print);
    print(message);
}

async function current(connect: Connect, name: string): Promise<SavedOffsets> {
    const known = Object.keys(await connect(READ_SECONDS).list());
    if (!known.includes(name)) throw new Error(unknownName("connector", name, known));

    return readOffsets(connect(READ_SECONDS), name);
}

/** Offsets of another cluster point to other records. */
function refuseOther(saved: SavedOffsets, now: SavedOffsets): void {
    const differences = (["kafkaClusterId", "class", "type"] as const).filter((key) => saved[key] !== now[key]);
    if (differences.length > 0) {
        const lines = differences.map((key) => `  ${key}: ${saved[key]} in the file, ${now[key]} here`);
        throw new Error(
            `these offsets are of another ${differences.includes("kafkaClusterId") ? "Kafka cluster" : "connector"}:\n` +
                `${lines.join("\n")}\nNothing was changed; --force takes them all the same.`,
        );
    }
}

async function isMeant(now: SavedOffsets, asked: OffsetsChange): Promise<boolean> {
    const given = asked.kind === "reset" ? [] : asked.offsets;
    const after = asked.kind === "alter" ? offsetsAfter(now.offsets, given) : given;
    print(`Offsets of ${now.type} "${now.connector}", as they are and as they would be:`);
    changeLines(now.class, now.offsets, after).forEach(print);
    return confirm(`Stop the connector for a moment and ${asked.kind} them?`);
}

/** A first Ctrl-C would leave the connector stopped: it is told, and the work goes on to its end. */
async function uninterrupted<T>(name: string, work: () => Promise<T>): Promise<T> {
    const tell = () => {
        const text = `Connector "${name}" is being put back first; a second Ctrl-C ends at once and may leave it stopped.`;
        process.stderr.write(`${text}\n`);
    };
    const signals = ["SIGINT", "SIGTERM"] as const;
    signals.forEach((signal) => process.once(signal, tell));
    try {
        return await work();
    } finally {
        signals.forEach((signal) => process.off(signal, tell));
    }
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
