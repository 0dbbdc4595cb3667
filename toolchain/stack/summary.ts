import { stackOutputs, type StackState } from "./state";

interface ConnectorOutput {
    state?: string;
    /** States of the tasks, or how many there are. */
    tasks?: string[] | string | number;
}

/** What a user wants to know after `npm start`: addresses, connectors with their states, and what to try next. */
export function summarize(state: StackState): string {
    const outputs = stackOutputs(state);
    const addresses = Object.entries((outputs.addresses ?? {}) as Record<string, string>);
    const connectors = Object.entries((outputs.connectors ?? {}) as Record<string, ConnectorOutput>);
    return [
        ...table(["Address", ""], addresses),
        ...table(
            ["Connector", "State", "Tasks"],
            connectors.map(([name, { state, tasks }]) => [name, state ?? "unknown", describeTasks(tasks)]),
        ),
        "Next:",
        "  npm run demo             insert rows, and see them come out of the queues",
        "  npm run status           how every part is now",
        '  eval "$(npm run -s env)"   then: pulumi preview, pulumi up, pulumi stack output',
        "  npm stop                 remove everything again",
    ].join("\n");
}

function describeTasks(tasks: ConnectorOutput["tasks"] = ""): string {
    return Array.isArray(tasks) ? tasks.join(" ") : String(tasks);
}

function table(head: string[], rows: string[][]): string[] {
    if (rows.length === 0) return [];
    const widths = head.map((title, column) =>
        Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)),
    );
    const lines = [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
    return [...lines.map((line) => `  ${line}`.trimEnd()), ""];
}
