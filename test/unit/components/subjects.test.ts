import { expect, it } from "vitest";
import { declareSubjects } from "../../../components/subjects";
import { recordResources, resolved, theResource } from "../../support/mocks";

it("declares each subject once, and the version of a subject by its resource", async () => {
    const resources = await recordResources();
    const schema = (...references: { name: string; subject: string; version?: number }[]) => ({
        type: "AVRO" as const,
        text: '"int"',
        references,
    });
    const subjects = declareSubjects(
        [
            { subject: "a-value", schema: schema({ name: "b", subject: "b-value" }) },
            { subject: "b-value", schema: schema({ name: "other", subject: "other-value", version: 3 }) },
            { subject: "c-value", compatibility: "NONE" },
        ],
        {
            registryUrls: ["http://127.0.0.1:8081/apis/ccompat/v7"],
            auth: { basic: { username: "me", password: "hunter2" } },
        },
        {},
    );
    await Promise.all(subjects.map(({ urn }) => resolved(urn)));

    expect(resources).toHaveLength(3);
    const inputs = (name: string) => theResource(resources, "Subject", name).inputs;
    expect(inputs("a-value")).toMatchObject({
        registryUrls: ["http://127.0.0.1:8081/apis/ccompat/v7"],
        auth: { secret: { basic: { username: "me", password: "hunter2" } } },
        subject: "a-value",
        schema: { type: "AVRO", text: '"int"', references: [{ name: "b", subject: "b-value" }] },
    });
    expect(inputs("b-value").schema.references).toEqual([{ name: "other", subject: "other-value", version: 3 }]);
    expect(inputs("c-value")).toMatchObject({ compatibility: "NONE" });
    expect(inputs("c-value").schema).toBeUndefined();
});
