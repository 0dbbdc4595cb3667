import { Command } from "@commander-js/extra-typings";
import { requestSnapshot, type SnapshotTarget } from "@connect-cdc/connector/postgres";
import { notFound } from "../notFound";
import { examples, stackOption, wholeNumberFrom } from "../options";
import { readClearState } from "../stack/readState";
import { type StackState, TABLE_SNAPSHOTS } from "../stack/state";

const DAY_SECONDS = 86_400;

export const command = new Command()
    .argument("<tables...>", "tables to read again, such as cdc.orders, or sales.* for a whole schema")
    .addOption(stackOption())
    .option("--connector <name>", "source that reads them; needed when the stack has several")
    .option("--blocking", "read them at once while changes wait, for tables without a key")
    .option(
        "--timeout <seconds>",
        "limit of the wait; the snapshot goes on after it",
        wholeNumberFrom(1, DAY_SECONDS),
        3600,
    )
    .addHelpText(
        "after",
        "\nAll rows of the tables arrive again, while changes go on.\nA repeated command waits for the snapshot that is in progress.",
    )
    .addHelpText("after", examples("npm run snapshot -- cdc.orders", "npm run snapshot -- cdc.log --blocking"))
    .action(async (tables, { stack, connector, blocking, timeout }) => {
        const target = sourceNamed(connector, snapshotTargets(await readClearState({ stack })));
        const kind = blocking ? "blocking" : "incremental";
        const report = (line: string) => process.stdout.write(`${line}\n`);
        await requestSnapshot({ ...target, tables, kind, timeoutSeconds: timeout }, report);
    });

/** The sources that take signals, as the last `up` left them. */
export function snapshotTargets({ resources }: StackState): SnapshotTarget[] {
    return resources
        .filter(({ type }) => type === TABLE_SNAPSHOTS)
        .map(({ inputs }) => {
            const { url, ca, signalTable, connector, timeoutSeconds } = inputs as unknown as SnapshotTarget;
            return { url, ca, signalTable, connector, timeoutSeconds };
        });
}

/**
 * The source of that name; without a name the only one.
 *
 * @throws Error when there is none, or more than one without a name.
 */
export function sourceNamed(name: string | undefined, targets: SnapshotTarget[]): SnapshotTarget {
    const names = targets.map(({ connector }) => connector.name);
    if (targets.length === 0) {
        throw new Error("no source of the stack takes signals; list its tables in database.tables, and run npm start");
    }
    if (name === undefined && targets.length > 1) {
        throw new Error(`name a source with --connector: ${names.join(", ")}`);
    }
    const found = name === undefined ? targets[0] : targets.find(({ connector }) => connector.name === name);
    if (!found) throw new Error(notFound("source", name!, names, "the stack"));
    return found;
}
