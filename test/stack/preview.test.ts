import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sharedStack } from "../support/stack/sharedStack";
import { RunResult } from "../support/stack/stack";
import { kafkaLibraries } from "../support/workers/kafkaLibraries";

/*
 * Previews only: nothing is changed. The workers that are asked are those of the shared stack, which run the versions that
 * the program would bring.
 */
const stack = sharedStack();
const before = stack.config();

type Sections = Record<string, Record<string, unknown> | undefined>;

const connectors = (of: Record<string, Record<string, unknown>>) => ({
    connectors: Object.fromEntries(Object.entries(of).map(([name, config]) => [name, { config }])),
});

afterEach(() => stack.configure({ connectors: undefined, secrets: undefined, ...before }));

/** A preview of these sections. On a busy machine a worker may not answer in time, which is reported: then it is tried again. */
async function previewOf(sections: Sections): Promise<RunResult> {
    stack.configure(sections);
    for (let tries = 1; ; tries++) {
        const result = await stack.tryPreview();
        if (tries === 3 || !/not checked (live|by a live worker)/.test(result.output)) return result;
    }
}

describe("a preview of a valid change is clean", () => {
    it.each<[string, () => Promise<Sections>, RegExp]>([
        [
            "with another setting of a connector",
            async () => connectors({ "dbz-source": { "max.batch.size": 1024 } }),
            /Connector dbz-source update \[diff: ~config\]/,
        ],
        [
            "with a new plugin, and a connector that uses it",
            async () => {
                const path = join((await kafkaLibraries("3.9.2")).pluginPath, "file");
                const config = { file: "/tmp/lines", topic: "lines" };
                const lines = { class: "org.apache.kafka.connect.file.FileStreamSourceConnector", tasksMax: 1, config };
                return {
                    connect: { ...before["connect"], plugins: { file: { path } } },
                    connectors: { lines: { ...lines, state: "running" } },
                };
            },
            /Connector lines create/,
        ],
        [
            "with a secret rotated",
            async () => ({ secrets: { "jms-password": "rotated-1" } }),
            /Connector json-jms-sink update/,
        ],
    ])("%s", async (_, sections, expected) => {
        const { code, output } = await previewOf(await sections());
        expect(output).toMatch(expected);
        expect(output).not.toMatch(/warning:|error:/);
        expect(code).toBe(0);
    });
});

describe("a preview warns of what may be valid later, and continues", () => {
    it("with a secret that is new", async () => {
        const config = { "database.password": { secret: "fresh" } };
        const { code, output } = await previewOf({
            ...connectors({ "dbz-source": config }),
            secrets: { fresh: "word-1" },
        });
        expect(output).toMatch(/warning: connectors\.dbz-source\.config\.database\..*password authentication failed/);
        expect(output).toMatch(/Connector dbz-source update/);
        expect(output).not.toMatch(/error:|word-1/);
        expect(code).toBe(0);
    });

    it("with a database that the same run makes", async () => {
        const database = { ...before["database"], name: "not_there_yet" };
        const { code, output } = await previewOf({
            database,
            connectors: { "dbz-source": { onPositionLoss: "startAnew" } },
        });
        expect(output).toMatch(/warning: connectors\.dbz-source\.config\.database\..*"not_there_yet" does not exist/);
        expect(output).toMatch(/Connector dbz-source update/);
        expect(output).not.toContain("error:");
        expect(code).toBe(0);
    });
});

it("a preview of invalid connectors has all their problems in one error: by rules, plugins and workers", async () => {
    const { code, output } = await previewOf(
        connectors({
            "dbz-source": { "slot.name": "Slot-1", "max.batch.size": "many", "heartbeat.interval.ms": -5 },
            "json-jms-sink": {
                "jms.priorty": 4,
                "java.naming.security.credentials": "hunter2",
                "transforms.write.type": "dev.connectcdc.transforms.JsonWritter",
            },
            "xml-jms-sink": { "jms.destination.name": null },
        }),
    );
    expect(code).not.toBe(0);
    expect(output).toContain("the stack config has 7 problems; nothing was changed:");
    for (const fault of [
        'dbz-source.config.slot.name = "Slot-1": is not a valid name of a replication slot',
        'dbz-source.config.max.batch.size = "many": must be a whole number',
        'dbz-source.config.heartbeat.interval.ms = "-5": Connect reports: ',
        'json-jms-sink.config.jms.priorty = "4": is not a setting of the plugin; did you mean jms.priority?',
        "json-jms-sink.config.java.naming.security.credentials = [hidden]: is a plain-text password",
        'json-jms-sink.config.transforms.write.type = "dev.connectcdc.transforms.JsonWritter": is a class that no plugin',
        "xml-jms-sink.config.jms.destination.name = nothing: is missing",
    ]) {
        expect(output).toContain(`connectors.${fault}`);
    }
    expect(output).not.toContain("hunter2");
});
