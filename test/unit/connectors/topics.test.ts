import { describe, expect, it } from "vitest";
import { clashingTopics, debeziumTopics } from "../../../connectors/topics";

const topicsOf = (list: string) => debeziumTopics({ "topic.prefix": "localhost", "table.include.list": list });

// As `AbstractTopicNamingStrategy` of Debezium 3.7.0 changes names
describe("the topic of a table", () => {
    it.each([
        ["cdc.Order Items", "localhost.cdc.Order_Items"],
        ["cdc.größe", "localhost.cdc.gr__e"],
        ["cdc.my\\$table", "localhost.cdc.my_table"],
        ["cdc\\.a\\.b", "localhost.cdc.a.b"],
        ["cdc\\.a\\,b", "localhost.cdc.a_b"],
        ["cdc\\.😀", "localhost.cdc.__"],
        [`cdc.${"x".repeat(300)}`, `localhost.cdc.${"x".repeat(235)}`],
    ])("%s", (list, topic) => {
        const { names, mayMake, complete } = topicsOf(list);
        expect(names[0]).toBe(topic);
        expect(mayMake(topic)).toBe(true);
        expect(complete).toBe(true);
    });

    it.each([
        ["cdc\\..*", "localhost.cdc.Order_Items", true],
        ["cdc\\.(größe|tiefe)_\\d+", "localhost.cdc.gr__e_1", true],
        ["cdc\\.(größe|tiefe)_\\d+", "localhost.cdc.gr_e_1", false],
        ["cdc\\.my\\$[a-z]{1\\,9}", "localhost.cdc.my_table", true],
        ["sales\\..*", "localhost.cdc.orders", false],
        ["cdc.größe", "localhost.cdc.Gr__e", true],
    ])("may be one of %s: %s, %s", (list, topic, expected) => {
        expect(topicsOf(list).mayMake(topic)).toBe(expected);
    });
});

describe("tables with clashing topics", () => {
    const config = { "topic.prefix": "localhost" };

    it("have the same name after Debezium's change, or names that Kafka takes for the same", () => {
        expect(clashingTopics(config, ["cdc.a b", "cdc.a_b", "cdc_a.b", "cdc.c"])).toEqual([
            { table: "cdc.a_b", other: "cdc.a b", topic: "localhost.cdc.a_b", same: true },
            { table: "cdc_a.b", other: "cdc.a b", topic: "localhost.cdc_a.b", same: false },
        ]);
    });

    it("are not known where the source names its topics by itself", () => {
        expect(clashingTopics({ ...config, "topic.delimiter": "-" }, ["cdc.a b", "cdc.a_b"])).toEqual([]);
    });
});
