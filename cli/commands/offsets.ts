import { Argument, Command } from "@commander-js/extra-typings";
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
import { namingOptions, readAccess } from "@connect-cdc/connector/commands";
import { confirm } from "../../tools/setup/confirm";
import { notFound } from "../notFound";
import { changeLines, offsetLines } from "../offsets/offsetLines";
import { slotCheck, type SlotDatabase, slotDatabase } from "../offsets/slotCheck";
import { openCluster } from "../openCluster";
import { accessValues, examples, stackOption, withAccessOptions } from "../options";

/** Limit of a request, s. */
const READ_SECONDS = 60;
const ACTIONS = ["list", "alter", "reset", "restore"] as const;

interface Options {
    json?: true;
    yes?: true;
    force?: true;
    connector?: string;
}

export const command = withAccessOptions(
    new Command()
        .addArgument(new Argument("<action>", "what to do").choices(ACTIONS))
        .argument(
            "<values...>",
            "list, reset: the connector; alter: connector and file; restore: file; - is standard input",
        )
        .addOption(stackOption())
        .option(
            "--url <URLs>",
            "URLs of the workers of any Connect cluster, separated by commas (default: the stack's)",
        )
        .option("--json", "list: print the JSON that restore takes")
        .option("--connector <name>", "restore: another connector than that of the file")
        .option("--force", "alter, restore: also write offsets that the replication slot or the file's origin forbids")
        .option("--yes", "do not ask before a change"),
)
    .addHelpText(
        "after",
        "\nA change stops the connector for a moment.\nIts previous offsets are saved in a file, which restore takes.",
    )
    .addHelpText(
        "after",
        examples(
            "npm run offsets -- list dbz-source",
            "npm run offsets -- alter <connector> <file> [--force]",
            "npm run offsets -- reset <connector>",
            "npm run offsets -- restore <file> [--connector <name>] [--force]",
        ),
    )
    .action(async (action, values, options) => {
        const wanted = action === "alter" ? 2 : 1;
        if (values.length !== wanted) {
            command.error(`error: ${action} takes ${wanted} value${wanted === 1 ? "" : "s"}, not ${values.length}`);
        }
        const work = readAction(action, values as [string, string], options);
        const connect = await openCluster(options.url, options.stack, await readAccess(accessValues(options)));
        await namingOptions(() => work(connect, () => slotDatabase(options.url, options.stack)));
    });

type Work = (connect: Connect, database: () => Promise<SlotDatabase>) => Promise<void>;

/** Reads everything that the arguments name, so that a problem with them ends the command before the first question. */
function readAction(action: (typeof ACTIONS)[number], [first, second]: [string, string], options: Options): Work {
    if (action === "list") return (connect) => list(connect, first, options);

    if (!options.yes && !(process.stdin.isTTY && process.stderr.isTTY)) {
        throw new Error(
            `${action} stops the connector for a moment and changes its offsets; without a terminal, confirm it with --yes`,
        );
    }
    if (action === "restore") {
        const saved = readOffsetsFile(first);
        const name = options.connector ?? saved.connector;
        const asked: OffsetsChange = { kind: "restore", offsets: saved.offsets };
        return (connect, database) => change(connect, name, asked, { ...options, database }, saved);
    }
    const asked: OffsetsChange =
        action === "alter" ? { kind: "alter", offsets: readOffsetsOf(second) } : { kind: "reset" };
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
    if (!yes && !(await isConfirmed(now, asked))) {
        print("Nothing was changed.");
        return;
    }
    const { before, after, message } = await uninterrupted(name, () =>
        changeOffsets(connect, name, asked, async (saved) => {
            // The slot may have moved on before the connector stopped
            await check?.(() => undefined);
            const file = saveOffsets(offsetsFolder(), saved);
            print(`The previous offsets are saved in ${file}`);
        }),
    );
    print(`Offsets of ${now.type} "${name}":`);
    changeLines(now.class, before, after).forEach(print);
    print(message);
}

async function current(connect: Connect, name: string): Promise<SavedOffsets> {
    const known = Object.keys(await connect(READ_SECONDS).list());
    if (!known.includes(name)) throw new Error(notFound("connector", name, known));

    return readOffsets(connect(READ_SECONDS), name);
}

/** Offsets of another cluster point to other records. */
function refuseOther(saved: SavedOffsets, now: SavedOffsets): void {
    const differences = (["kafkaClusterId", "class", "type"] as const).filter((key) => saved[key] !== now[key]);
    if (differences.length > 0) {
        const lines = differences.map((key) => `  ${key}: ${saved[key]} in the file, ${now[key]} here`);
        throw new Error(
            `these offsets belong to another ${differences.includes("kafkaClusterId") ? "Kafka cluster" : "connector"}:\n` +
                `${lines.join("\n")}\nNothing was changed. To write them anyway, use --force.`,
        );
    }
}

async function isConfirmed(now: SavedOffsets, asked: OffsetsChange): Promise<boolean> {
    const given = asked.kind === "reset" ? [] : asked.offsets;
    const after = asked.kind === "alter" ? offsetsAfter(now.offsets, given) : given;
    print(`Offsets of ${now.type} "${now.connector}", now and after the change:`);
    changeLines(now.class, now.offsets, after).forEach(print);
    return confirm(`Stop the connector for a moment and ${asked.kind} them?`);
}

/** A first Ctrl-C does not end the work, because the connector would stay stopped. */
async function uninterrupted<T>(name: string, work: () => Promise<T>): Promise<T> {
    const warn = () => {
        const text = `Connector "${name}" is restored first; a second Ctrl-C ends at once and may leave it stopped.`;
        process.stderr.write(`${text}\n`);
    };
    const signals = ["SIGINT", "SIGTERM"] as const;
    signals.forEach((signal) => process.once(signal, warn));
    try {
        return await work();
    } finally {
        signals.forEach((signal) => process.off(signal, warn));
    }
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
