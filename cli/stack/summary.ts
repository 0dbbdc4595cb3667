import { npmCommand } from "../../status/npmCommand";
import { textTable } from "../../status/textTable";
import { outputsOf, type StackState } from "./state";

interface ConnectorOutput {
    /** Absent when the connector was not created. */
    state?: string;
    tasks?: { state: string }[];
}

/** The text after `npm start`: addresses, connectors with their states, and the next commands. */
export function summarize(state: StackState, stack: string): string {
    const { addresses = {}, connectors = {} } = outputsOf(state) as {
        addresses?: Record<string, string | string[]>;
        connectors?: Record<string, ConnectorOutput>;
    };
    return [
        ...table(
            ["Server", "Address"],
            Object.entries(addresses).map(([name, address]) => [name, [address].flat().join(", ")]),
        ),
        ...table(
            ["Connector", "State", "Tasks"],
            Object.entries(connectors).map(([name, { state = "none", tasks = [] }]) => [name, state, tasksText(tasks)]),
        ),
        ...textTable(
            ["Next:", ""],
            [
                [npmCommand(stack, "demo"), "insert rows, and show them in the queues"],
                [npmCommand(stack, "status"), "show the state of every part"],
                [`eval "$(${npmCommand(stack, "-s env")})"`, "then: pulumi preview, pulumi up, pulumi stack output"],
                [npmCommand(stack, "stop"), "remove everything"],
            ],
        ).map((line) => `  ${line}`),
    ].join("\n");
}

/** Tasks by state, such as `2 running, 1 failed`. */
function tasksText(tasks: { state: string }[]): string {
    const states = [...new Set(tasks.map(({ state }) => state))];
    return (
        states.map((state) => `${tasks.filter((task) => task.state === state).length} ${state}`).join(", ") || "none"
    );
}

function table(headings: string[], rows: string[][]): string[] {
    return rows.length === 0 ? [] : [...textTable(headings, rows).map((line) => `  ${line}`), ""];
}
