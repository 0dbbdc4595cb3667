import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks for a password on the terminal, which does not show it.
 *
 * @throws when there is no terminal, or nobody answers.
 */
export async function askPassword(question: string): Promise<string> {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
        throw new Error("without a terminal to ask on, put the password into CONNECT_PASSWORD or --password-file");
    }

    process.stderr.write(question);
    const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
    try {
        return await new Promise((resolve, reject) => {
            terminal.question("", resolve);
            // Ctrl-C and Ctrl-D
            terminal.once("close", () => reject(new Error("no password was given")));
        });
    } finally {
        terminal.close();
        process.stderr.write("\n");
    }
}
