import axios from "axios";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectorProgram } from "../support/workers/connectorProgram";
import { type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

const PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Subject } from "@connect-cdc/connector";

const { registryUrls, fields } = JSON.parse(readFileSync(join(__dirname, "subjects.json"), "utf8"));
const auth = { basic: { username: "me", password: "hidden-word" } };
const record = (name: string, fields: object[]) => ({ type: "AVRO" as const, text: JSON.stringify({ type: "record", name, fields }) });
// Declared before the subject that it refers to
const address = new Subject("address", { registryUrls, auth, subject: "address", schema: record("Address", [{ name: "city", type: "string" }]) });
new Subject("customers", {
    registryUrls,
    auth,
    subject: "customers-value",
    compatibility: "BACKWARD",
    schema: {
        ...record("Customer", [{ name: "address", type: "Address" }, ...fields]),
        references: [{ name: "Address", subject: address.subject, version: address.version }],
    },
});
`;

let registry: RegistryProcess;
let program: ConnectorProgram;

beforeAll(async () => {
    [registry, program] = await Promise.all([startRegistry(), ConnectorProgram.create(PROGRAM)]);
});

afterAll(async () => {
    program?.remove();
    await registry?.stop();
});

function declare(fields: object[]): void {
    program.write("subjects.json", JSON.stringify({ registryUrls: [registry.url], fields }));
}

it("the CLI's preview fails with the field of an incompatible change, and shows no password", async () => {
    declare([{ name: "name", type: "string" }]);
    const created = await program.up();
    const { data } = await axios.get(`${registry.url}/subjects/customers-value/versions/latest`);
    expect(data).toMatchObject({ version: 1, references: [{ name: "Address", subject: "address", version: 1 }] });
    expect((await program.run("preview", "--stack", "test", "--expect-no-changes")).code).toBe(0);
    declare([{ name: "name", type: "int" }]);
    const preview = await program.run("preview", "--stack", "test");
    expect(preview.code).not.toBe(0);
    expect(preview.output).toContain('field "name" has changed its type from string to int');
    declare([
        { name: "name", type: "string" },
        { name: "mail", type: "string", default: "" },
    ]);
    const updated = await program.up();
    expect((await axios.get(`${registry.url}/subjects/customers-value/versions`)).data).toEqual([1, 2]);
    const exported = await program.run("stack", "export", "--stack", "test");
    const destroyed = await program.destroy();
    expect((await axios.get(`${registry.url}/subjects`)).data).not.toContain("customers-value");
    for (const { output } of [created, preview, updated, exported, destroyed]) {
        expect(output).not.toContain("hidden-word");
    }
});
