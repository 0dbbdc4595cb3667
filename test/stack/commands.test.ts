import { describe, expect, it } from "vitest";

import { queueStates } from "../../probes/artemis";
import type { Customer } from "../support/rows";
import { parseXmlRow } from "../support/customerXml";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();

describe("npm run status", () => {
    it("shows every member, connector and task, and says that all is well", async () => {
        const { code, stdout, stderr } = await stack.npmRun("status");
        expect(code, stdout + stderr).toBe(0);
        const subjects = stdout.match(/(?<=^ {2,4})\S+(?= +(ok|RUNNING|active) )/gm);
        expect(subjects).toEqual([
            ...["zookeeper-0", "zookeeper-1", "zookeeper-2"],
            ...["kafka-0", "kafka-1", "kafka-2"],
            ...["connect-0", "connect-1", "connect-2"],
            ...["dbz-source", "dbz-source/0", "json-jms-sink", "json-jms-sink/0", "xml-jms-sink", "xml-jms-sink/0"],
            "dbz_source",
        ]);
        expect(stdout).toContain("All is well.");
    });

    it("says what to do when there is no such stack", async () => {
        const { code, stderr } = await stack.npmRun("status", "--stack", "no-such-stack");
        expect(code).toBe(1);
        expect(stderr).toContain("no-such-stack");
    });
});

describe("npm run demo", () => {
    it("shows its rows in both queues, and leaves them there", async () => {
        const { jmsBroker, addresses } = await stack.outputs();
        const login = { ...jmsBroker, url: addresses.jmsConsole ?? "" };
        const depths = async () => (await queueStates(login)).filter(({ name }) => jmsBroker.queues.includes(name));
        const before = await depths();

        const { code, stdout, stderr } = await stack.npmRun("demo", "--rows", "4");
        expect(code, stdout + stderr).toBe(0);
        const lines = stdout.split("\n").filter((line) => line.startsWith("  "));
        const rows = lines.slice(0, 4).map((line) => JSON.parse(line) as Customer);
        const json = lines.slice(4).filter((line) => line.startsWith("  {"));
        const xml = lines.slice(4).filter((line) => line.startsWith("  <"));
        expect(json.map((line) => JSON.parse(line))).toEqual(rows);
        const texts = rows.map((row) =>
            Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
        );
        expect(xml.map((line) => parseXmlRow(line.trim(), "customer"))).toEqual(texts);

        const after = await depths();
        expect(after.map(({ depth }, i) => depth - (before[i]?.depth ?? 0))).toEqual([4, 4]);
    });
});
