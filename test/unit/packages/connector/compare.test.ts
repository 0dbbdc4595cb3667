import { expect, it } from "vitest";
import { differingKeys } from "../../../../packages/connector/src/lifecycle/compare";

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
    expect(differingKeys(declared, live, { serverKeys: ["kafka.endpoint"] })).toEqual(keys);
});

it.each<[string, string, string | undefined, string[]]>([
    ["a mask, and the value is the one that was written last", "********", "${directory:/s:p}", []],
    ["a mask, and the value is another one than was written last", "********", "${directory:/s:old}", ["password"]],
    ["a mask, and no value was written", "***", undefined, ["password"]],
    ["one star, which is a value", "*", "${directory:/s:p}", ["password"]],
])("shows %s", (_, live, before, keys) => {
    const written: Record<string, string> = before === undefined ? {} : { password: before };
    expect(differingKeys({ password: "${directory:/s:p}" }, { password: live }, { written })).toEqual(keys);
});

it("finds keys with names that every object has", () => {
    expect(differingKeys({ constructor: "a" }, {})).toEqual(["constructor"]);
    expect(differingKeys({ constructor: "a" }, { constructor: "b" })).toEqual(["constructor"]);
    expect(differingKeys({}, { toString: "b" })).toEqual(["toString"]);
});

it("gives a config without a number of tasks the same meaning as Connect", () => {
    expect(differingKeys({ "tasks.max": "1" }, {})).toEqual([]);
    expect(differingKeys({ "tasks.max": "2" }, {})).toEqual(["tasks.max"]);
});
