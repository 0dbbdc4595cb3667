import { DEV_STACK } from "../tools/project";

/** A command of this project for a stack: `npm run logs -- kafka-1`. */
export function npmCommand(stack: string, command: string, ...args: string[]): string {
    const all = stack === DEV_STACK ? args : [...args, "--stack", stack];
    const run = ["start", "stop"].includes(command) ? `npm ${command}` : `npm run ${command}`;
    return all.length === 0 ? run : `${run} -- ${all.join(" ")}`;
}
