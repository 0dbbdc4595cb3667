import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseExact, stringifyExact } from "../client/exactJson";
import { ConnectorOffset } from "../client/types";
import { isObject } from "../isObject";
import { stateFolder } from "../stateFolder";

/** The content of an offsets file. */
export interface SavedOffsets {
    version: 1;
    connector: string;
    class: string;
    /** `source` or `sink`. */
    type: string;
    kafkaClusterId: string;
    /** Group id of the Connect cluster, if it is known. */
    groupId?: string;
    /** Time, as ISO 8601. */
    savedAt: string;
    offsets: ConnectorOffset[];
}

/** The folder for the offsets of deleted connectors. */
export function offsetsFolder(): string {
    return stateFolder("offsets");
}

/** The text of an offsets file. */
export function renderOffsets(saved: SavedOffsets): string {
    return `${stringifyExact(saved, 4)}\n`;
}

/**
 * Writes an offsets file that only its owner can read. An existing file is never overwritten.
 *
 * @param folder is created if it does not exist.
 * @returns its path: `<folder>/<connector>-<time>.json`.
 */
export function saveOffsets(folder: string, saved: SavedOffsets): string {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = saved.connector.replace(/[^\w.-]/g, "_");
    const file = join(folder, `${name}-${saved.savedAt.replace(/[:.]/g, "-")}.json`);
    writeFileSync(file, renderOffsets(saved), { mode: 0o600, flag: "wx" });
    return file;
}

/**
 * Reads an offsets file. `-` is the standard input.
 *
 * @throws Error when the file cannot be read or is not an offsets file.
 */
export function readOffsetsFile(file: string): SavedOffsets {
    const { content, where } = readJson(file);
    if (content["version"] !== 1) {
        const found = content["version"] === undefined ? "no version" : `version ${JSON.stringify(content["version"])}`;
        throw new Error(`${where} is not a readable offsets file: it has ${found}; it must have version 1`);
    }
    for (const key of ["connector", "class", "type", "kafkaClusterId"]) {
        if (typeof content[key] !== "string" || content[key] === "") {
            throw new Error(`${where} is not an offsets file: "${key}" must be text`);
        }
    }
    return { ...content, offsets: readOffsets(content["offsets"], where) } as SavedOffsets;
}

/** Reads the offsets of an offsets file, or of the body of a request to Connect, `{"offsets": [...]}`. */
export function readOffsetsOf(file: string): ConnectorOffset[] {
    const { content, where } = readJson(file);
    return readOffsets(content["offsets"], where);
}

function readJson(file: string): { content: Record<string, unknown>; where: string } {
    const where = file === "-" ? "the standard input" : file;
    let text: string;
    try {
        text = readFileSync(file === "-" ? 0 : file, "utf8");
    } catch (error) {
        throw new Error(`${where} cannot be read: ${(error as Error).message}`);
    }
    let content: unknown;
    try {
        content = parseExact(text);
    } catch (error) {
        throw new Error(`${where} is not JSON: ${(error as Error).message}`);
    }
    if (!isObject(content)) {
        throw new Error(`${where} must contain an object with "offsets"`);
    }
    return { content, where };
}

function readOffsets(value: unknown, where: string): ConnectorOffset[] {
    if (!Array.isArray(value)) {
        throw new Error(`${where}: "offsets" must be a list of {"partition": {...}, "offset": {...}}`);
    }
    value.forEach((entry: unknown, i) => {
        if (!isObject(entry) || !isObject(entry["partition"])) {
            throw new Error(`${where}: offsets[${i}].partition must be an object`);
        }
        if (entry["offset"] !== null && !isObject(entry["offset"])) {
            throw new Error(`${where}: offsets[${i}].offset must be an object, or null to remove it`);
        }
    });
    return value as ConnectorOffset[];
}
