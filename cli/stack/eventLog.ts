import { closeSync, openSync, readSync } from "node:fs";
import { resourceName } from "./state";

/** The fields of Pulumi's engine events that are used here. */
export interface EngineEvent {
    /** Seconds since 1970. */
    timestamp: number;
    diagnosticEvent?: { severity: string; message: string };
    resourcePreEvent?: StepEvent;
    resOutputsEvent?: StepEvent;
    resOpFailedEvent?: StepEvent;
}

const LONG_SECONDS = 5;

interface StepEvent {
    metadata: {
        op: string;
        urn: string;
        /** Empty for components, which are in progress as long as one of their children. */
        provider: string;
    };
}

/** Reads the event log that `pulumi --event-log` writes during its run: one JSON object per line. */
export class EventLog {
    private position = 0;
    /** The beginning of an incomplete line. Bytes, because it may end within a character. */
    private rest = Buffer.alloc(0);
    private readonly open = new Map<string, { name: string; op: string; since: number }>();
    /** Error messages so far. */
    readonly errors: string[] = [];

    constructor(private readonly file: string) {}

    /** Reads what has been written since the last call. */
    read(): void {
        const bytes = Buffer.concat([this.rest, ...this.readNew()]);
        const end = bytes.lastIndexOf("\n") + 1;
        this.rest = bytes.subarray(end);
        const lines = bytes.toString("utf8", 0, end).split("\n");
        for (const line of lines.filter((text) => text !== "")) this.take(JSON.parse(line) as EngineEvent);
    }

    private readNew(): Buffer[] {
        let file: number;
        try {
            file = openSync(this.file, "r");
        } catch {
            // the CLI creates the file when it begins
            return [];
        }
        const buffer = Buffer.alloc(64 * 1024);
        const pieces: Buffer[] = [];
        for (let count; (count = readSync(file, buffer, 0, buffer.length, this.position)) > 0; this.position += count) {
            pieces.push(Buffer.from(buffer.subarray(0, count)));
        }

        closeSync(file);
        return pieces;
    }

    private take({
        timestamp,
        diagnosticEvent,
        resourcePreEvent,
        resOutputsEvent,
        resOpFailedEvent,
    }: EngineEvent): void {
        if (diagnosticEvent?.severity === "error") this.errors.push(diagnosticEvent.message);
        const end = resOutputsEvent ?? resOpFailedEvent;
        if (end !== undefined) this.open.delete(end.metadata.urn);
        if (resourcePreEvent === undefined) return;
        const { op, urn, provider } = resourcePreEvent.metadata;
        if (op === "same" || provider === "") return;
        this.open.set(urn, { name: resourceName(urn), op, since: timestamp });
    }

    /** Operations that have taken some seconds, such as `kafka-0 (create, 12 s)`; the longest first. */
    openText(nowSeconds: number = Date.now() / 1000): string {
        return [...this.open.values()]
            .filter(({ since }) => nowSeconds - since >= LONG_SECONDS)
            .sort((a, b) => a.since - b.since)
            .map(({ name, op, since }) => `${name} (${op}, ${Math.round(nowSeconds - since)} s)`)
            .join(", ");
    }
}
