import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../cli/stack/target";

/** The messages that a section of a page of docs/ lists: what stands in backquotes in the first column. */
export function listedMessages(section: string, page = "troubleshooting.md"): string[] {
    const parts = readFileSync(join(CHECKOUT, "docs", page), "utf8").split(/^## /m);
    const text = parts.find((part) => part.startsWith(`${section}\n`)) ?? "";
    const firstColumns = [...text.matchAll(/^\| (`.*?) +\| /gm)].map(([, column]) => column!);
    return firstColumns.flatMap((column) => [...column.matchAll(/`([^`]+)`/g)].map(([, message]) => message!));
}

/** The beginning of a message, in which `<name>` stands for anything. */
export function messagePattern(message: string, before = ""): RegExp {
    const pieces = message.split(/<\w+>/).map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(before + pieces.join(".+?"));
}

/** Those of the messages that no source file says: of a message with `<name>` or punctuation in it, its pieces. */
export function unsaidPieces(messages: string[], files: string[]): string[] {
    // with concatenations joined, so that a message stands in one piece
    const source = files
        .map((file) => readFileSync(join(CHECKOUT, file), "utf8"))
        .join("\n")
        .replaceAll(/["'`] \+\s*["'`]/g, "")
        .replaceAll(/\\(["`])/g, "$1");
    const pieces = messages.flatMap((message) => message.split(/<\w+>|[(:)]/)).map((piece) => piece.trim());
    return pieces.filter((piece) => !source.includes(piece));
}
