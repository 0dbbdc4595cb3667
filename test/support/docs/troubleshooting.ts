import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../../tools/project";

/** The names of a page's sections, `## ` headings, with the text of each. The text before the first has the name "". */
export function sectionsOf(page: string): Record<string, string> {
    const parts = readFileSync(join(CHECKOUT, "docs", page), "utf8").split(/^## /m);
    return Object.fromEntries(
        parts.map((part, i) => (i === 0 ? ["", part] : [part.split("\n", 1)[0]!, part.replace(/^.*\n/, "")])),
    );
}

/** The first cell of each row of the tables in a text. */
export function firstCells(text: string): string[] {
    const lines = text.split("\n");
    return lines
        .filter((line, i) => line.startsWith("| ") && !isRule(line) && !isRule(lines[i + 1] ?? ""))
        .map((line) => line.split(/ +\|/, 1)[0]!.replace(/^\| /, ""));
}

/** The line below a table's headings. */
function isRule(line: string): boolean {
    return /^\| -+ \|/.test(line);
}

/** The messages in a table's cell: the texts in backquotes. */
export function messagesIn(cell: string): string[] {
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message!);
}

/** The messages that a section of a page of docs/ lists, in the first column of its tables. */
export function listedMessages(section: string, page = "troubleshooting.md"): string[] {
    return firstCells(sectionsOf(page)[section] ?? "").flatMap(messagesIn);
}

/** The beginning of a message, in which `<name>` stands for anything. */
export function messagePattern(message: string, before = ""): RegExp {
    const pieces = message.split(/<\w+>/).map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(before + pieces.join(".+?"));
}

/** Files of TypeScript and Java in these folders and below, as paths from the checkout's folder. */
export function sourcesIn(folders: string[]): string[] {
    return folders.flatMap((folder) =>
        readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: "utf8" })
            .filter((name) => /\.(ts|java)$/.test(name))
            .map((name) => `${folder}/${name}`),
    );
}

/** Those of the messages that no source file contains: of a message with `<name>` or punctuation in it, its pieces. */
export function unsaidPieces(messages: string[], files: string[]): string[] {
    // with concatenations joined, so that a message is in one piece
    const source = files
        .map((file) => withoutComments(readFileSync(join(CHECKOUT, file), "utf8")))
        .join("\n")
        .replaceAll(/["'`] \+\s*["'`]/g, "")
        .replaceAll(/\\(["`])/g, "$1");
    const pieces = messages.flatMap((message) => message.split(/<\w+>|[(:)]/)).map((piece) => piece.trim());
    return pieces.filter((piece) => !source.includes(piece));
}

/** A message that only a comment quotes is one that the program does not print. */
function withoutComments(source: string): string {
    return source.replaceAll(/^ *(?:\/\/|\/?\*).*$/gm, "");
}
