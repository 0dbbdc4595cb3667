/** The stack that commands work on when none is named. */
const DEFAULT_STACK = "dev";

/** A command of this project for a stack: `npm run logs -- kafka-1`. */
export function npmCommand(stack: string, command: string, ...args: string[]): string {
    const all = stack === DEFAULT_STACK ? args : [...args, "--stack", stack];
    const run = command === "start" ? "npm start" : `npm run ${command}`;
    return all.length === 0 ? run : `${run} -- ${all.join(" ")}`;
}
