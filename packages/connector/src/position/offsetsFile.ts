import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseExact, stringifyExact } from "../client/exactJson";
import { ConnectorOffset } from "../client/types";
import { isObject } from "../isObject";
import { stateFolder } from "../stateFolder";

/** A connector's offsets as a file keeps them. */
export interface SavedOffsets {
    version: 1;
    connector: string;
    class: string;
    /** `source` or `sink`. */
    type: string;
    kafkaClusterId: string;
    /** Group id of the Connect cluster, where it is known. */
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
 * Writes an offsets file that only its owner can read; never over another one.
 *
 * @param folder made when it is not there.
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
 * Reads an offsets file: `-` is the standard input.
 *
 * @throws when there is none, or it is none; the message says what is wrong with it.
 */
export function readOffsetsFile(file: string): SavedOffsets {
    const { content, where } = readJson(file);
    if (content["version"] !== 1) {
        const found = content["version"] === undefined ? "no version" : `version ${JSON.stringify(content["version"])}`;
        throw new Error(`${where} is no offsets file that can be read here: it has ${found}, and must have version 1`);
    }
    for (const key of ["connector", "class", "type", "kafkaClusterId"]) {
        if (typeof content[key] !== "string" || content[key] === "") {
            throw new Error(`${where} is no offsets file: "${key}" must be a text`);
        }
    }
    return { ...content, offsets: readOffsets(content["offsets"], where) } as SavedOffsets;
}

/** Reads just the offsets of a file: an offsets file, or the body of a request to Connect, `{"offsets": [...]}`. */
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
        throw new Error(`${where} is no JSON: ${(error as Error).message}`);
    }
    if (!isObject(content)) throw new Error(`${where} must hold an object with "offsets"`);

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
            throw new Error(`${where}: offsets[${i}].offset must be an object, or null to take it away`);
        }
    });
    return value as ConnectorOffset[];
}
