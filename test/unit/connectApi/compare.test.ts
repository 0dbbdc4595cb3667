import { expect, it } from "vitest";
import { differingKeys } from "../../../packages/connector/src/lifecycle/compare";

const declared = { topics: "lines", "database.password": "${directory:/s:p}" };

it.each<[string, Record<string, string>, string[]]>([
    ["is equal", declared, []],
    ["has a changed key", { ...declared, topics: "others" }, ["topics"]],
    ["lacks a key", { topics: "lines" }, ["database.password"]],
    ["has an added key", { ...declared, "errors.tolerance": "all" }, ["errors.tolerance"]],
    ["is masked with stars", { ...declared, "database.password": "********" }, []],
    ["is masked with dots", { ...declared, "database.password": "••••••••" }, []],
    ["is masked with a word", { ...declared, "database.password": "[hidden]" }, []],
    ["has a version of its server", { ...declared, "__internal.config.version": "3" }, []],
    ["has a key that its server added before", { ...declared, "kafka.endpoint": "x" }, []],
    ["differs in two", { topics: "others", "a.b": "c" }, ["a.b", "database.password", "topics"]],
])("a live config that %s", (_, live, keys) => {
    expect(differingKeys(declared, live, ["kafka.endpoint"])).toEqual(keys);
});

it("takes a config that does not say how many tasks for what Connect takes it for", () => {
    expect(differingKeys({ "tasks.max": "1" }, {})).toEqual([]);
    expect(differingKeys({ "tasks.max": "2" }, {})).toEqual(["tasks.max"]);
});
