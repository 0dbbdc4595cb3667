import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventLog } from "../../cli/stack/eventLog";

let folder: string;
let file: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-events-"));
    file = join(folder, "events.log");
});

afterEach(() => rmSync(folder, { recursive: true }));

function step(kind: string, timestamp: number, op: string, name: string, provider = "docker") {
    const metadata = { op, urn: `urn:pulumi:dev::connect-cdc::some:index:Type::${name}`, provider };
    return `${JSON.stringify({ sequence: 1, timestamp, [kind]: { metadata } })}\n`;
}

test("lists the operations in progress, the longest first", () => {
    const log = new EventLog(file);
    log.read();
    expect(log.openText(0)).toBe("");

    appendFileSync(file, step("resourcePreEvent", 90, "create", "kafka", ""));
    appendFileSync(file, step("resourcePreEvent", 100, "create", "kafka-1"));
    appendFileSync(file, step("resourcePreEvent", 95, "replace", "kafka-0"));
    appendFileSync(file, step("resourcePreEvent", 95, "same", "network"));
    appendFileSync(file, step("resourcePreEvent", 106, "create", "only-just-begun"));
    log.read();
    expect(log.openText(107)).toBe("kafka-0 (replace, 12 s), kafka-1 (create, 7 s)");

    appendFileSync(file, step("resOutputsEvent", 108, "replace", "kafka-0"));
    appendFileSync(file, step("resOpFailedEvent", 108, "create", "kafka-1"));
    appendFileSync(file, step("resOutputsEvent", 108, "create", "only-just-begun"));
    log.read();
    expect(log.openText(200)).toBe("");
});

test("an incomplete line is read when it is complete; errors are kept, warnings are not", () => {
    const log = new EventLog(file);
    const error = `${JSON.stringify({ timestamp: 1, diagnosticEvent: { severity: "error", message: "größer" } })}\n`;
    const bytes = Buffer.from(error);
    const half = bytes.indexOf("ö") + 1;
    appendFileSync(file, bytes.subarray(0, half));
    log.read();
    appendFileSync(file, bytes.subarray(half));
    appendFileSync(
        file,
        `${JSON.stringify({ timestamp: 1, diagnosticEvent: { severity: "warning", message: "w" } })}\n`,
    );
    log.read();
    expect(log.errors).toEqual(["größer"]);
});
