import { createInterface } from "node:readline/promises";

/** Asks a yes-or-no question on the terminal. Default: yes, also without a terminal. */
export async function confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        return isYes(await terminal.question(`${question} [Y/n] `));
    } finally {
        terminal.close();
    }
}

export function isYes(answer: string): boolean {
    return /^(y|yes)?$/i.test(answer.trim());
}
