import axios from "axios";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

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
