import { describe, expect, it } from "vitest";
import { endsOf } from "../../../servers/connectorEnds";

describe("endsOf", () => {
    it.each<[string, Record<string, string>, object]>([
        ["sink", { topics: "a, b" }, { topics: ["a", "b"], topicsRegex: undefined }],
        ["sink", { "topics.regex": "a.*" }, { topics: [], topicsRegex: "a.*" }],
        // MirrorMaker and Camel name topics of theirs so
        ["source", { topics: "orders.*" }, { topics: [], topicsRegex: undefined }],
        ["source", { "topics.regex": "a.*" }, { topics: [], topicsRegex: undefined }],
        ["sink", { "jms.destination.name": "Q" }, { queue: "Q" }],
        ["sink", { "jms.destination.name": "address::Q" }, { queue: "Q" }],
        ["sink", { "jms.destination.name": "rows.${topic}" }, { queue: undefined }],
        ["sink", { "jms.destination.name": "dynamicQueues/Q" }, { queue: "Q" }],
        ["sink", { "jms.destination.name": "T", "jms.destination.type": "topic" }, { queue: undefined }],
    ])("of a %s with %j", (type, config, expected) => {
        expect(endsOf(config, type)).toMatchObject(expected);
    });
});
