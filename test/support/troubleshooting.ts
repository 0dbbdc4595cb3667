import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../toolchain/stack/target";

/** The messages that a section of docs/troubleshooting.md lists: what stands in backquotes in the first column. */
export function listedMessages(section: string): string[] {
    const page = readFileSync(join(CHECKOUT, "docs", "troubleshooting.md"), "utf8");
    const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
    const firstColumns = [...text.matchAll(/^\| (`.*?) +\| /gm)].map(([, column]) => column!);
    return firstColumns.flatMap((column) => [...column.matchAll(/`([^`]+)`/g)].map(([, message]) => message!));
}

/** The beginning of a message, in which `<name>` stands for anything. */
export function messagePattern(message: string, before = ""): RegExp {
    const pieces = message.split(/<\w+>/).map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(before + pieces.join(".+?"));
}
