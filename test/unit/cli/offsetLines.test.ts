import { expect, it } from "vitest";
import { changeLines, offsetLines } from "../../../cli/offsets/offsetLines";
import { lsnText } from "../../../packages/connector/src/postgres/postgresSource";

const POSTGRES = "io.debezium.connector.postgresql.PostgresConnector";
const sinkAt = (partition: number, offset: number) => ({
    partition: { kafka_topic: "lines", kafka_partition: partition },
    offset: { kafka_offset: offset },
});

it("shows a sink's offsets by partition", () => {
    expect(offsetLines("example.Sink", [sinkAt(0, 5), sinkAt(1, 7)])).toEqual(["  lines-0: 5", "  lines-1: 7"]);
});

it("shows LSNs in PostgreSQL's format", () => {
    const offsets = [
        {
            partition: { server: "localhost" },
            offset: { lsn: 26_789_416, txId: 7, transaction_id: null, op: "COMMIT" },
        },
    ];
    expect(offsetLines(POSTGRES, offsets)).toEqual([
        "  server=localhost: lsn=26789416 (0/198C628) txId=7 transaction_id=null op=COMMIT",
    ]);
    expect(offsetLines("example.Source", offsets)[0]).not.toContain("0/198C628");
    expect(lsnText(0x1_6e_0000_00ff)).toBe("16E/FF");
});

it("shows an empty list", () => {
    expect(offsetLines("example.Sink", [])).toEqual([expect.stringContaining("none")]);
    expect(changeLines("example.Sink", [], [])).toEqual(["  none, before and after"]);
});

it("shows each partition before and after a change", () => {
    const before = [sinkAt(0, 5), sinkAt(1, 7), sinkAt(2, 9)];
    const after = [sinkAt(1, 3), sinkAt(2, 9), sinkAt(3, 1)];
    expect(changeLines("example.Sink", before, after)).toEqual([
        "  lines-0: 5 -> none",
        "  lines-1: 7 -> 3",
        "  lines-2: 9 (unchanged)",
        "  lines-3: none -> 1",
    ]);
});
