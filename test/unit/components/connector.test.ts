import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Connector } from "../../../packages/connector/src/connector";
import { providerText } from "../../../packages/connector/src/dynamicResource";
import { recordResources, RegisteredResource } from "../../support/mocks";

const require = createRequire(`${process.cwd()}/package.json`);

describe("Connector", () => {
    let resources: RegisteredResource[];
    let stateIsSecret: boolean;

    beforeAll(async () => {
        resources = await recordResources();
        const connector = new Connector("dbz-source", {
            name: "dbz-source",
            cluster: "my-connect",
            restUrls: ["http://127.0.0.1:7070"],
            class: "example.Source",
            config: { "batch.size": 10 },
            secrets: { password: "hunter-2" },
        });
        await new Promise((resolve) => connector.urn.apply(resolve));
        stateIsSecret = await pulumi.isSecret(connector.state);
    });

    it("registers its arguments, its secrets as secrets whatever they were, and a provider that is one loading line", () => {
        expect(resources).toEqual([
            {
                type: "pulumi-nodejs:dynamic/cdc:Connector",
                name: "dbz-source",
                inputs: {
                    name: "dbz-source",
                    cluster: "my-connect",
                    restUrls: ["http://127.0.0.1:7070"],
                    class: "example.Source",
                    config: { "batch.size": 10 },
                    secrets: { secret: { password: "hunter-2" } },
                    state: "running",
                    stack: "connect-cdc/test",
                    __provider: providerText("connector"),
                },
            },
        ]);
    });

    it("keeps its state readable", () => {
        expect(stateIsSecret).toBe(false);
    });

    it("refuses customTimeouts, which never reach its provider", () => {
        const args = {
            name: "x",
            cluster: "c",
            restUrls: ["http://127.0.0.1:7070"],
            class: "example.Source",
            config: {},
        };
        expect(() => new Connector("x", args, { customTimeouts: { create: "5m" } })).toThrow(
            'resource "x": customTimeouts has no effect on a Connector; set timeoutSeconds',
        );
    });
});

describe("the provider's text", () => {
    it("loads today's module, whose errors keep their message", async () => {
        const text = providerText("connector");
        expect(text.length).toBeLessThan(500);
        const provider = require("require-from-string")(text).handler();
        const { failures } = await provider.check({}, { name: "x" });
        expect(failures.length).toBeGreaterThan(2);
        const inputs = { name: "x", cluster: "c", restUrls: ["not a url"], class: "y", config: {}, secrets: {} };
        await expect(provider.create({ ...inputs, tasksMax: 1, timeoutSeconds: 0.1 })).rejects.toThrow(
            'connector "x": GET /',
        );
    });
});

describe("the option import", () => {
    it("takes the connector's name, and no other", async () => {
        const resources = await recordResources();
        const args = { name: "orders", cluster: "my-connect", restUrls: ["http://w"], class: "a.Source", config: {} };
        const connector = new Connector("orders", args, { import: "orders" });
        await new Promise((resolve) => connector.urn.apply(resolve));
        expect(resources[0]!.inputs).toMatchObject({ adopt: "import" });
        expect(() => new Connector("others", { ...args, name: "others" }, { import: "orders" })).toThrow(
            'resource "others": the option import is "orders"; it must be the connector\'s name, "others"',
        );
    });
});
