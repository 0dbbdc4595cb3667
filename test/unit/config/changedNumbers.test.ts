import { describe, expect, it } from "vitest";
import { changedNumbers } from "../../../config/changedNumbers";
import { checkedConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";

const stackFile = `
config:
  connect-cdc:kafka:
    heapMb: 256
    config:
      log.retention.bytes: 9223372036854775807
      log.segment.bytes: 1073741824
      a.ratio: 0.5
      an.exponent: 1e6
      quoted: "1.10"
  connect-cdc:connectors:
    sink:
      tasksMax: 1
      config: { version: 1.10, code: 007, octal: 017, big: 12345678901234567890, grouped: 1_000, list: "1.10,2" }
`;

// As Pulumi's CLI passes these sections
const kafka =
    '{"config":{"a.ratio":0.5,"an.exponent":1000000,"log.retention.bytes":9223372036854775807,' +
    '"log.segment.bytes":1073741824,"quoted":"1.10"},"heapMb":256}';
const connectors =
    '{"sink":{"config":{"big":12345678901234567000,"code":7,"grouped":1000,"list":"1.10,2","octal":15,"version":1.1},' +
    '"tasksMax":1}}';

function problems(section: string, json: string, file?: string): string[] {
    return changedNumbers(section, json, file, "connect-cdc").map(problemLine);
}

describe("a number of a raw setting", () => {
    it("is refused where YAML or JSON changes its text, with what was written and what it became", () => {
        expect(problems("kafka", kafka, stackFile)).toEqual([
            "kafka.config.an.exponent = 1000000: is a number that was written as 1e6; " +
                'write it in quotes, "1e6", or as 1000000',
            "kafka.config.log.retention.bytes = 9223372036854776000: is a number that was written as " +
                '9223372036854775807; write it in quotes, "9223372036854775807", or as 9223372036854776000',
        ]);
        expect(problems("connectors", connectors, stackFile)).toEqual(
            [
                ["big", "12345678901234567000", "12345678901234567890"],
                ["code", "7", "007"],
                ["grouped", "1000", "1_000"],
                ["octal", "15", "017"],
                ["version", "1.1", "1.10"],
            ].map(
                ([key, became, written]) =>
                    `connectors.sink.config.${key} = ${became}: is a number that was written as ${written}; ` +
                    `write it in quotes, "${written}", or as ${became}`,
            ),
        );
    });

    it("is refused without the stack file, too, where JSON still has its text", () => {
        expect(problems("kafka", kafka)).toEqual([expect.stringContaining("written as 9223372036854775807")]);
    });

    it("is not compared with a file that has another value there", () => {
        expect(problems("connectors", '{"sink":{"config":{"version":2}}}', stackFile)).toEqual([]);
        expect(problems("connectors", '{"sink":{"config":{"version":2}}}', "config: [")).toEqual([]);
    });

    it("stops the program with the other problems of the config", () => {
        const changed = changedNumbers("kafka", kafka, stackFile, "connect-cdc");
        const raw = { kafka: { ...(JSON.parse(kafka) as object), port: 0 } };
        expect(() => checkedConfig(raw, [], false, changed)).toThrow("the stack config has 3 problems");
    });
});
