import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isJson } from "@connect-cdc/connector/checks";
import { CHECKOUT } from "../../tools/project";
import { Problem } from "../problem";
import type { DeclaredSubject, PlatformConfig } from "../schema";

type Entries = PlatformConfig["registry"]["subjects"];
type Entry = Entries[string];

/** Type of a schema by the end of its file's name. */
const TYPES: [end: string, type: NonNullable<Entry["type"]>][] = [
    [".avsc", "AVRO"],
    [".proto", "PROTOBUF"],
    [".json", "JSON"],
];

/** Subjects of the stack config with the text of their schemas; without those whose file cannot be used. */
export function declaredSubjects({ registry }: Partial<PlatformConfig>): DeclaredSubject[] {
    return Object.entries(registry?.subjects ?? {}).flatMap(([subject, { compatibility, schemaFile, ...entry }]) => {
        if (schemaFile === undefined) return [{ subject, compatibility }];
        const type = typeOf({ schemaFile, ...entry });
        const { text } = readSchema(schemaFile);
        if (type === undefined || text === undefined) return [];
        return [{ subject, compatibility, schema: { type, text, references: entry.references ?? [] } }];
    });
}

/** Rules on the subjects of the registry. They read the files of the schemas. */
export function subjectProblems({ registry }: Partial<PlatformConfig>): Problem[] {
    const entries = registry?.subjects ?? {};
    return Object.entries(entries).flatMap(([subject, entry]) => {
        const path = `registry.subjects.${subject}`;
        if (entry.schemaFile === undefined) return withoutSchema(path, entry);
        return [...ofSchema(path, entry), ...ofReferences(path, subject, entries)];
    });
}

function withoutSchema(path: string, entry: Entry): Problem[] {
    const unused = (["type", "references"] as const).filter((key) => key in entry);
    const nothing = {
        path: `${path}.compatibility`,
        value: undefined,
        rule: "is missing, and so is schemaFile",
        remedy: "set one of them, or remove the subject",
    };
    return [
        ...(entry.compatibility === undefined && unused.length === 0 ? [nothing] : []),
        ...unused.map((key) => ({
            path: `${path}.${key}`,
            value: entry[key],
            rule: "has no effect without schemaFile",
            remedy: "set schemaFile, or remove it",
        })),
    ];
}

function ofSchema(path: string, entry: Entry): Problem[] {
    const file = { path: `${path}.schemaFile`, value: entry.schemaFile };
    const { text, reason } = readSchema(entry.schemaFile!);
    if (text === undefined) {
        const remedy = "correct the path, which begins in the folder of Pulumi.yaml";
        return [{ ...file, rule: `cannot be read: ${reason}`, remedy }];
    }
    const type = typeOf(entry);
    if (type === undefined) {
        const rule = "is missing, and the end of the file's name does not tell it";
        return [{ path: `${path}.type`, value: undefined, rule, remedy: "set it to AVRO, PROTOBUF or JSON" }];
    }
    if (type === "PROTOBUF" || isJson(text)) return [];
    return [{ ...file, rule: `must hold JSON, as schemas of type ${type} are`, remedy: "correct the file" }];
}

function ofReferences(path: string, subject: string, entries: Entries): Problem[] {
    const references = entries[subject]!.references ?? [];
    const circle = circleOf(subject, entries);
    const inCircle = {
        path: `${path}.references`,
        value: references.map((reference) => reference.subject),
        rule: `refer to the subject itself: ${circle?.join(" -> ")}`,
        remedy: "remove one of these references",
    };
    return [
        ...(circle ? [inCircle] : []),
        ...references.flatMap((reference, i) => {
            if (reference.version !== undefined || entries[reference.subject]?.schemaFile !== undefined) return [];
            const rule = `is missing, and registry.subjects has no schema of ${reference.subject}`;
            const remedy = "set it, or declare that subject with a schemaFile";
            return [{ path: `${path}.references.${i}.version`, value: undefined, rule, remedy }];
        }),
    ];
}

/** The way by references from a subject to itself; undefined when there is none. */
function circleOf(subject: string, entries: Entries, way: string[] = [subject]): string[] | undefined {
    for (const { subject: next } of entries[way.at(-1)!]?.references ?? []) {
        if (next === subject) return [...way, next];
        const circle = way.includes(next) ? undefined : circleOf(subject, entries, [...way, next]);
        if (circle) return circle;
    }
    return undefined;
}

function typeOf({ type, schemaFile = "" }: Entry): Entry["type"] {
    return type ?? TYPES.find(([end]) => schemaFile.endsWith(end))?.[1];
}

function readSchema(file: string): { text?: string; reason?: string } {
    try {
        return { text: readFileSync(resolve(CHECKOUT, file), "utf8") };
    } catch (error) {
        return { reason: (error as NodeJS.ErrnoException).code };
    }
}
