import axios from "axios";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as provider from "../../packages/connector/src/subjectProvider";
import { Engine } from "../support/workers/engine";
import { type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

type Declared = Record<string, unknown>;

const lines: string[] = [];
let registry: RegistryProcess;
let names = 0;
let subject: string;
let resource: Engine;

beforeAll(async () => {
    registry = await startRegistry();
}, 240_000);

afterAll(() => registry?.stop());

beforeEach(() => {
    subject = `topic-${++names}-value`;
    resource = newEngine();
    lines.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});

function newEngine(): Engine {
    return new Engine(provider, { hardDelete: false, timeoutSeconds: 60 });
}

/** Declares the subject; the lines of this `up`. */
async function up(declared: Declared = {}, engine = resource) {
    lines.length = 0;
    const step = await engine.up({ registryUrls: [registry.url], subject, ...declared });
    return { step, lines: [...lines] };
}

const ask = axios.create({ proxy: false, validateStatus: () => true });
const get = async (path: string) => (await ask.get(registry.url + path)).data;
const versions = () => get(`/subjects/${subject}/versions`);
const level = async () => (await get(`/config/${subject}`)).compatibilityLevel;

function register(schema: string, of = subject) {
    return ask.post(`${registry.url}/subjects/${of}/versions`, { schema });
}

const row = (...fields: object[]) =>
    JSON.stringify({ type: "record", name: "Row", fields: [{ name: "id", type: "int" }, ...fields] });
const avro = (...fields: object[]) => ({ type: "AVRO", text: row(...fields) });
const name = { name: "name", type: "string" };
const mail = { name: "mail", type: ["null", "string"], default: null };
const proto = (fields: string) => ({ type: "PROTOBUF", text: `syntax = "proto3"; message Row { ${fields} }` });
const json = (properties: object, required: string[] = []) => ({
    type: "JSON",
    text: JSON.stringify({ type: "object", properties, required }),
});

describe("a declared schema", () => {
    it("becomes the newest version once, and a compatible change the next one", async () => {
        expect(await up({ schema: avro(name), compatibility: "BACKWARD" })).toEqual({ step: "created", lines: [] });
        expect(resource.outputs).toMatchObject({ version: 1, schemaId: expect.any(Number) });
        expect(await level()).toBe("BACKWARD");
        const spaced = { type: "AVRO", text: JSON.stringify(JSON.parse(row(name)), null, 4) };
        expect((await up({ schema: avro(name), compatibility: "BACKWARD" })).step).toBe("unchanged");
        await up({ schema: spaced, compatibility: "BACKWARD" });
        expect(await versions()).toEqual([1]);
        expect((await up({ schema: avro(name, mail), compatibility: "BACKWARD" })).step).toBe("updated");
        expect(await versions()).toEqual([1, 2]);
        expect(resource.outputs).toMatchObject({ version: 2 });
    });

    it.each([
        {
            type: "AVRO",
            before: avro(name),
            after: avro({ name: "name", type: "int" }, { name: "age", type: "int" }),
            fields: ['field "name" has changed its type from string to int', 'field "age" is new and has no default'],
        },
        {
            type: "PROTOBUF",
            before: proto("int32 id = 1; string name = 2; string note = 3;"),
            after: proto("string id = 1; string title = 2;"),
            fields: [
                'field "Row.id" has changed its type from int32 to string',
                'field "Row.name" has another name: Row.title',
                'field "Row.note" was removed, and its number is not reserved',
            ],
        },
        {
            type: "JSON",
            before: json({ id: { type: "integer" } }),
            after: json({ id: { type: "string" }, name: { type: "string" } }, ["name"]),
            fields: ['field "id" has changed its type from integer to string', 'field "name" is required now'],
        },
    ])("that is not compatible fails in preview with its fields: $type", async ({ before, after, fields }) => {
        await up({ schema: before, compatibility: "BACKWARD" });
        const changed = up({ schema: after, compatibility: "BACKWARD" });
        const error = await changed.then(
            () => "",
            ({ message }: Error) => message,
        );
        for (const field of fields) expect(error).toContain(field);
        expect(error).toMatch(/^subject "topic-.*not compatible with version 1 \(compatibility BACKWARD\)/);
        expect(await versions()).toEqual([1]);
        expect(resource.outputs).toMatchObject({ version: 1, schema: before });
    });

    it("that breaks an older version fails where the level regards all of them", async () => {
        await up({ schema: avro(name), compatibility: "NONE" });
        await up({ schema: avro(), compatibility: "NONE" });
        await up({ schema: avro(), compatibility: "BACKWARD_TRANSITIVE" });
        const changed = up({ schema: avro({ ...name, type: "int" }, mail), compatibility: "BACKWARD_TRANSITIVE" });
        await expect(changed).rejects.toThrow(
            /field "name" is new and has no default|field "name" has changed its type/,
        );
    });

    it("that nothing can read fails with what to correct", async () => {
        await expect(up({ schema: { type: "AVRO", text: "{" } })).rejects.toThrow("schema.text must be JSON");
        const invalid = { type: "AVRO", text: '{"type":"record","name":"Row","fields":[{"name":"id","type":"inte"}]}' };
        await expect(up({ schema: invalid })).rejects.toThrow(
            /Correct schema.text: it must be a valid schema of type AVRO/,
        );
        expect(resource.outputs).toBeUndefined();
    });

    it("is taken over, whoever registered it, also by an up that was killed", async () => {
        await register(row(name));
        const taken = await up({ schema: avro(name) });
        expect(taken.lines).toEqual([`note: subject "${subject}" exists, version 1: it is taken over`]);
        const other = newEngine();
        subject += "-killed";
        await other.up({ registryUrls: [registry.url], subject, schema: avro(name) }, { killed: true });
        expect((await up({ schema: avro(name) }, other)).step).toBe("created");
        expect(await versions()).toEqual([1]);
    });
});

describe("a level", () => {
    it("without a schema is kept for what producers will register, and NONE lets a change pass", async () => {
        await up({ compatibility: "FULL" });
        expect(resource.outputs).toMatchObject({ version: 0, schemaId: 0 });
        await register(row(name));
        expect((await register(row())).status).toBe(409);
        await up({ compatibility: "NONE" });
        expect((await register(row())).status).toBe(200);
        await up({ compatibility: "FULL" });
        expect((await register(row({ ...name, type: "int" }))).status).toBe(409);
    });

    it("NONE holds against that of the registry, and goes with its declaration", async () => {
        await ask.put(`${registry.url}/config`, { compatibility: "BACKWARD" });
        try {
            expect(await up({ compatibility: "NONE" })).toEqual({ step: "created", lines: [] });
            await register(row(name));
            expect((await register(row({ ...name, type: "int" }))).status).toBe(200);
            expect((await up({ compatibility: "NONE" })).step).toBe("unchanged");
            // As Confluent's API would set NONE: then the level of the registry holds
            await ask.put(`${registry.url}/config/${subject}`, { compatibility: "NONE" });
            expect((await register(row(name))).status).toBe(200);
            expect((await register(row({ ...name, type: "boolean" }))).status).toBe(409);
            expect((await up({ compatibility: "NONE" })).step).toBe("updated");
            expect((await register(row({ ...name, type: "boolean" }))).status).toBe(200);
            await up({ schema: avro({ ...name, type: "bytes" }), compatibility: "NONE" });
            await up({});
            expect((await register(row(name, { name: "age", type: "int" }))).status).toBe(409);
        } finally {
            await ask.put(`${registry.url}/config`, { compatibility: "NONE" });
        }
    });
});

it("the level of the registry's settings is in the error of a preview", async () => {
    await up({ schema: avro(name) });
    const changed = up({ schema: avro({ ...name, type: "int" }) });
    await expect(changed).rejects.toThrow(
        '(compatibility BACKWARD): field "name" has changed its type from string to int',
    );
});

it("a level without a version goes with its declaration", async () => {
    await up({ compatibility: "NONE" });
    await resource.destroy();
    expect((await ask.get(`${registry.url}/config/${subject}`)).status).toBe(404);
});

describe("drift", () => {
    it("of the level is put back, seen by refresh or not", async () => {
        await up({ schema: avro(name), compatibility: "FULL" });
        await ask.put(`${registry.url}/config/${subject}`, { compatibility: "FORWARD" });
        await resource.refresh();
        expect(resource.outputs).toMatchObject({ compatibility: "FORWARD" });
        expect((await up({ schema: avro(name), compatibility: "FULL" })).step).toBe("updated");
        await ask.put(`${registry.url}/config/${subject}`, { compatibility: "FORWARD" });
        expect((await up({ schema: avro(name), compatibility: "FULL" })).step).toBe("updated");
        expect(await level()).toBe("FULL");
    });

    it("of the schema: a newer version is told, and a deleted subject made again", async () => {
        await up({ schema: avro(name) });
        await register(row(name, mail));
        const newer = await up({ schema: avro(name) });
        expect(newer).toEqual({
            step: "unchanged",
            lines: [`note: subject "${subject}" has version 2 by another client; the declared schema is version 1`],
        });
        await ask.delete(`${registry.url}/subjects/${subject}`);
        expect((await up({ schema: avro(name) })).step).toBe("updated");
        await ask.delete(`${registry.url}/subjects/${subject}`);
        await resource.refresh();
        expect(resource.outputs).toBeUndefined();
        await up({ schema: avro(name) });
        expect(await versions()).toHaveLength(1);
    });
});

describe("deletion", () => {
    it("is soft: ids stay readable, and the subject can be made again with any schema", async () => {
        await up({ schema: avro(name), compatibility: "FULL" });
        const id = resource.outputs!.schemaId;
        await resource.destroy();
        expect(await get("/subjects")).not.toContain(subject);
        expect(await get("/subjects?deleted=true")).toContain(subject);
        expect((await get(`/schemas/ids/${id}`)).schema).toBe(row(name));
        await up({ schema: avro({ name: "other", type: "int" }) });
        expect(await versions()).toEqual([2]);
        await resource.destroy();
        await resource.destroy();
    });

    it("of a level leaves the versions that producers have registered", async () => {
        await up({ compatibility: "NONE" });
        await register(row(name));
        await resource.destroy();
        expect(await versions()).toEqual([1]);
        expect((await register(row({ ...name, type: "int" }))).status).toBe(409);
    });

    it("is hard with hardDelete", async () => {
        await up({ schema: avro(name), hardDelete: true });
        await resource.destroy();
        expect(await get("/subjects?deleted=true")).not.toContain(subject);
    });
});

describe("references", () => {
    const address = JSON.stringify({ type: "record", name: "Address", fields: [{ name: "city", type: "string" }] });
    const customer = (version: number, of: string) => ({
        type: "AVRO",
        text: row({ name: "address", type: "Address" }),
        references: [{ name: "Address", subject: of, version }],
    });

    it("need their subject first, at creation and deletion", async () => {
        const of = `address-${subject}`;
        await expect(up({ schema: customer(1, of) })).rejects.toThrow(
            `schema.references names version 1 of subject "${of}", which does not exist. Create it first`,
        );
        const referred = newEngine();
        await up({ subject: of, schema: { type: "AVRO", text: address } }, referred);
        await up({ schema: customer(referred.outputs!.version, of) });
        await expect(referred.destroy()).rejects.toThrow(
            `Delete the subjects first whose schemas refer to it, ${subject}`,
        );
        await resource.destroy();
        await referred.destroy();
        expect(lines.at(-1)).toBe(`note: subject "${of}" stays: subjects that were deleted softly refer to its schema`);
    });

    it("to itself are refused", async () => {
        await expect(up({ schema: customer(1, subject) })).rejects.toThrow("must not name the subject itself");
    });
});

describe("a registry that does not answer", () => {
    it("is a note in preview, and up waits for it", async () => {
        await up({ schema: avro(name), compatibility: "BACKWARD" });
        await registry.kill();
        const changing = up({ schema: avro(name, mail), compatibility: "BACKWARD" });
        await vi.waitUntil(() => lines.some((line) => line.includes("was not compared with the registry")), 30_000);
        await registry.start();
        expect((await changing).step).toBe("updated");
        expect(await versions()).toEqual([1, 2]);
    }, 120_000);

    it("fails up with the address and the time, and credentials are in no text", async () => {
        const auth = { basic: { username: "me", password: "hidden-word" } };
        const away = { registryUrls: ["http://127.0.0.1:9/apis/ccompat/v7"], timeoutSeconds: 2, auth };
        const error = await up({ ...away, schema: avro(name) }).catch(({ message }: Error) => message);
        expect(error).toMatch(/^subject "topic.*at http:\/\/127.0.0.1:9.*ECONNREFUSED.*\(gave up after 2 s\)/);
        expect(`${lines.join()} ${String(error)}`).not.toMatch(/hidden-word|bWU6aGlkZGVuLXdvcmQ/);
        const wrong = up({ registryUrls: [new URL(registry.url).origin], schema: avro(name) });
        await expect(wrong).rejects.toThrow(/Check that the URL is that of a schema registry.*\/apis\/ccompat\/v7/);
    });
});
