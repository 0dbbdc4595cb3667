import { expect, test } from "vitest";
import { checkProperties } from "../../../packages/pulumi-from-registries/src/plugins/protocol/check";
import { diffProperties } from "../../../packages/pulumi-from-registries/src/plugins/protocol/diff";
import {
    flag,
    listOf,
    map,
    number,
    object,
    setOf,
    text,
} from "../../../packages/pulumi-from-registries/src/plugins/protocol/schema";
import { UNKNOWN } from "../../../packages/pulumi-from-registries/src/plugins/protocol/values";

const fields = {
    name: text({ required: true, replace: true }),
    hostname: text({ computed: true, replace: true }),
    mustRun: flag({ default: true }),
    memory: number(),
    command: listOf(text(), { replace: true }),
    envs: setOf(text(), { replace: true }),
    options: map({ replace: true }),
    ports: setOf(
        object({
            internal: number({ required: true }),
            external: number({ computed: true }),
            ip: text({ default: "0.0.0.0" }),
        }),
        { replace: true },
    ),
    restart: text({ pattern: /^(no|always)$/ }),
};

test.each([
    ["the same", { name: "a", memory: 1 }, { name: "a", memory: 1 }],
    ["an empty value instead of none", { name: "a", memory: 0, envs: [] }, { name: "a" }],
    ["what the engine chose", { name: "a", hostname: "chosen" }, { name: "a" }],
    ["a default written out", { name: "a" }, { name: "a", mustRun: true }],
    ["another order of a set", { envs: ["a", "b"] }, { envs: ["b", "a"] }],
    [
        "another order of ports of which the engine chose a part",
        {
            ports: [
                { internal: 2, external: 5 },
                { internal: 1, external: 9, ip: "0.0.0.0" },
            ],
        },
        { ports: [{ internal: 1 }, { internal: 2 }] },
    ],
    ["keys of a map in another order", { options: { a: "1", b: "2" } }, { options: { b: "2", a: "1" } }],
])("%s is no change", (_, olds, news) => {
    expect(diffProperties(fields, olds, news)).toEqual([]);
});

test.each([
    ["a changed value", { memory: 1 }, { memory: 2 }, "memory", "update", false],
    ["a new value", {}, { memory: 2 }, "memory", "add", false],
    ["a value no longer wanted", { memory: 1 }, {}, "memory", "delete", false],
    ["a default that does not hold", { mustRun: false }, {}, "mustRun", "add", false],
    ["another order of a list", { command: ["a", "a"] }, { command: ["a", "b"] }, "command[1]", "update", true],
    ["an argument that becomes empty", { command: ["a", "b"] }, { command: ["a", ""] }, "command[1]", "update", true],
    [
        "a nested value",
        { ports: [{ internal: 1, external: 2 }] },
        { ports: [{ internal: 1, external: 3 }] },
        "ports[0].external",
        "update",
        true,
    ],
    ["an item less", { envs: ["a", "b"] }, { envs: ["a"] }, "envs[1]", "delete", true],
    ["a value that is not known yet", { name: "a" }, { name: UNKNOWN }, "name", "update", true],
    ["a part that is not known yet", { envs: ["a"] }, { envs: [UNKNOWN] }, "envs", "update", true],
    ["another value of a map", { options: { a: "1" } }, { options: { a: "2" } }, "options", "update", true],
])("%s is a change", (_, olds, news, path, kind, replace) => {
    expect(diffProperties(fields, olds, news)).toEqual([{ path, kind, replace }]);
});

test("all problems of the inputs are reported, without the values", () => {
    const reasons = checkProperties("the:Type", fields, {
        hostname: 7,
        envs: "secret",
        ports: [{ ip: "x" }],
        restart: "sometimes",
        colour: "red",
        __defaults: [],
        memory: UNKNOWN,
    }).map(({ reason }) => reason);
    expect(reasons).toEqual([
        "name is missing: the:Type requires it",
        "hostname must be a string, but is of type number",
        "envs must be a list, but is of type string",
        "ports[0].internal is missing: the:Type requires it",
        'restart is "sometimes", but must match ^(no|always)$',
        "property colour of the:Type is not supported by this build of the plugin",
    ]);
});
