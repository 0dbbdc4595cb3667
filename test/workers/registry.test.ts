import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterReady } from "../../servers/health";
import { subjects } from "../../servers/registry";
import { runProcess } from "../../tools/processes";
import { allowEveryChange, type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

let registry: RegistryProcess;

beforeAll(async () => {
    registry = await startRegistry();
});

afterAll(() => registry?.stop());

it("keeps schemas when it is killed", async () => {
    const schema = JSON.stringify({ type: "record", name: "Row", fields: [{ name: "id", type: "long" }] });
    const { data } = await axios.post<{ id: number }>(`${registry.url}/subjects/rows-value/versions`, { schema });
    await registry.kill();
    await registry.start();
    const answer = await axios.get<{ schema: string }>(`${registry.url}/schemas/ids/${data.id}`);
    expect(JSON.parse(answer.data.schema)).toEqual(JSON.parse(schema));
});

describe("a registry with the settings of a stack's own", () => {
    const subject = (name: string) => `${registry.url}/subjects/${name}`;
    const record = (...fields: object[]) => ({ schema: JSON.stringify({ type: "record", name: "Row", fields }) });
    const id = { name: "id", type: "long" };
    const register = (name: string, ...fields: object[]) =>
        axios.post<{ id: number }>(`${subject(name)}/versions`, record(...fields), { validateStatus: () => true });

    it("has the compatibility of the stack config for all subjects, unless they have their own", async () => {
        expect((await register("levels-value", id)).status).toBe(200);
        expect((await register("levels-value", id, { name: "n", type: "long" })).status).toBe(409);
        await allowEveryChange(registry.url, "levels-value");
        expect((await register("levels-value", id, { name: "n", type: "long" })).status).toBe(200);
    });

    it("deletes a subject", async () => {
        await register("gone-value", id);
        await axios.delete(subject("gone-value"));
        const { data } = await axios.get<string[]>(`${registry.url}/subjects`);
        expect(data).not.toContain("gone-value");
    });

    it("answers the checks of the stack", async () => {
        const { host } = new URL(registry.url);
        expect(await clusterReady({ kind: "registry", targets: [host], expected: 1 })).toMatchObject({ done: true });
        expect(await subjects(host)).toEqual(expect.arrayContaining(["rows-value"]));
        const { stdout, code } = await runProcess("bash", [
            "images/registry/health-registry",
            new URL(registry.url).port,
        ]);
        expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
        const metrics = await axios.get<string>(`http://${host}/metrics`);
        expect(metrics.data).toContain("jvm_memory_used_bytes");
    });
});
