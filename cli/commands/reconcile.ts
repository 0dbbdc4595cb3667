import { Command } from "@commander-js/extra-typings";
import { CHUNK_ROWS, isWrong, WAIT_SECONDS } from "../../reconcile/reconcile";
import { reportLines } from "../../reconcile/report";
import { notFound } from "../notFound";
import { examples, stackOption, wholeNumberFrom } from "../options";
import { reconcileStack } from "../reconcile/reconcileStack";
import { readStackOutputs } from "../stack/stackOutputs";

/** It only reads: no consumer group is made, and no lock blocks a writer. */
export const command = new Command()
    .argument("[tables...]", "tables to compare, as schema.table (default: all captured tables)")
    .addOption(stackOption())
    .option("--limit-rate <rows>", "most rows to read per second (default: no limit)", wholeNumberFrom(1))
    .option("--chunk <rows>", "most rows to read by one query", wholeNumberFrom(1, 100_000), CHUNK_ROWS)
    .option("--wait <seconds>", "longest wait for a source to confirm a position", wholeNumberFrom(1), WAIT_SECONDS)
    .option("--json", "print JSON")
    .addHelpText(
        "after",
        "\nThe exit code is 1 when a row is missing, superfluous or different, or when a table is not proven." +
            "\nFor a database that the stack does not run, set DATABASE_URL. If this machine reaches the schema registry at another" +
            "\nURL than the workers, set SCHEMA_REGISTRY_URL.",
    )
    .addHelpText("after", examples("npm run reconcile", "npm run reconcile -- cdc.customers --limit-rate 5000"))
    .action(async (tables, { stack, limitRate, chunk, wait, json }) => {
        const seen = new Set<string>();
        const reports = await reconcileStack(await readStackOutputs({ stack }), {
            isWanted: (table) => {
                seen.add(table);
                return tables.length === 0 || tables.includes(table);
            },
            rowsPerSecond: limitRate,
            chunkRows: chunk,
            waitSeconds: wait,
            onProgress: progress(),
            onReport: json ? undefined : (report) => printLines(reportLines(report)),
        });
        for (const table of tables) {
            if (!seen.has(table)) throw new Error(notFound("table", table, [...seen], "the publication"));
        }
        if (json) printLines([JSON.stringify(reports, null, 4)]);
        process.exitCode = reports.some(isWrong) ? 1 : 0;
    });

/** On a terminal one line that changes, at most four times per second; elsewhere nothing. */
function progress(): (line: string) => void {
    if (!process.stderr.isTTY) return () => undefined;
    let printedAt = -Infinity;
    return (line) => {
        if (performance.now() - printedAt < 250) return;
        printedAt = performance.now();
        process.stderr.write(`\r\u001b[K${line}\r`);
    };
}

function printLines(lines: string[]): void {
    process.stdout.write(`${lines.join("\n")}\n`);
}
