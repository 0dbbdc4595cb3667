import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks for a password on the terminal. The input is not shown.
 *
 * @throws Error without a terminal, or when the input ends.
 */
export async function askPassword(question: string): Promise<string> {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
        throw new Error("there is no terminal to enter a password. Set CONNECT_PASSWORD or --password-file");
    }

    process.stderr.write(question);
    const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
    try {
        return await new Promise((resolve, reject) => {
            terminal.question("", resolve);
            // Ctrl-C and Ctrl-D
            terminal.once("close", () => reject(new Error("no password was entered")));
        });
    } finally {
        terminal.close();
        process.stderr.write("\n");
    }
}
