import { describe, expect, it } from "vitest";
import { prometheusText } from "../../../status/prometheus";
import { connector, silentWorkers, snapshotAt } from "./smallSnapshots";

/** Values by `name{labels}`, without the prefix. */
function samples(text: string): Record<string, number> {
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return Object.fromEntries(
        lines.map((line) => {
            const end = line.lastIndexOf(" ");
            return [line.slice("connect_cdc_".length, end), Number(line.slice(end + 1))];
        }),
    );
}

describe("a snapshot for Prometheus", () => {
    it("has slots, queues, connectors, lag and members", () => {
        const slot = { name: "dbz_source", active: true, lagBytes: 56, walHeldBytes: 4096 };
        const retentionRisks = [
            { kind: "removed" as const, partition: "t-0", records: 30 },
            { kind: "old" as const, partition: "t-1", records: 4 },
            { kind: "noOffset" as const, partition: "t-2", records: 1 },
        ];
        const text = prometheusText(
            snapshotAt(1, {
                connectors: { ok: true, value: [connector("sink", ["RUNNING", "FAILED"], { lag: 7, retentionRisks })] },
                missingConnectors: ["gone"],
                database: {
                    address: "127.0.0.1:5432",
                    answer: {
                        ok: true,
                        value: { slots: [{ ...slot, walStatus: "reserved", safeWalBytes: undefined }] },
                    },
                },
                registry: [{ name: "registry-0", address: "127.0.0.1:8081", answer: { ok: false, error: "silent" } }],
                jmsBroker: {
                    address: "127.0.0.1:61616",
                    answer: {
                        ok: true,
                        value: {
                            queues: [{ name: "CustomersJSON", depth: 12, added: 30, consumers: 1 }],
                            missingQueues: ["CustomersXML"],
                        },
                    },
                },
            }),
        );
        expect(samples(text)).toMatchObject({
            look_timestamp_seconds: Date.UTC(2026, 0, 1) / 1000 + 1,
            'part_up{part="database"}': 1,
            'member_up{role="registry",member="registry-0"}': 0,
            'member_up{role="zookeeper",member="zookeeper-2"}': 1,
            under_replicated_partitions: 0,
            'connector_up{connector="sink"}': 1,
            'connector_up{connector="gone"}': 0,
            'connector_tasks{connector="sink",state="running"}': 1,
            'connector_tasks{connector="sink",state="failed"}': 1,
            'connector_tasks{connector="sink",state="paused"}': 0,
            'sink_lag_records{connector="sink"}': 7,
            'sink_removed_records{connector="sink"}': 30,
            'sink_endangered_records{connector="sink"}': 5,
            'slot_active{slot="dbz_source"}': 1,
            'slot_lost{slot="dbz_source"}': 0,
            'slot_lag_bytes{slot="dbz_source"}': 56,
            'slot_wal_held_bytes{slot="dbz_source"}': 4096,
            'queue_up{queue="CustomersJSON"}': 1,
            'queue_up{queue="CustomersXML"}': 0,
            'queue_messages{queue="CustomersJSON"}': 12,
            'queue_added_messages_total{queue="CustomersJSON"}': 30,
        });
        expect(text).not.toContain("slot_wal_safe_bytes");
    });

    it("has only part_up for a part without an answer", () => {
        const { kafka } = snapshotAt(1);
        const down = { ...kafka[1]!, answer: { ok: false as const, error: "refused" } };
        const values = samples(prometheusText(snapshotAt(1, { ...silentWorkers, kafka: [kafka[0]!, down] })));
        expect(values).toMatchObject({
            'part_up{part="connect"}': 0,
            'part_up{part="kafka"}': 1,
            'member_up{role="kafka",member="kafka-1"}': 0,
            'member_up{role="connect",member="connect-0"}': 0,
        });
        expect(Object.keys(values).filter((name) => /connector|slot|queue|database/.test(name))).toEqual([]);
    });

    it.each([
        [connector("sink", [], { declaredState: "stopped", state: "STOPPED" }), 1],
        [connector("sink", ["PAUSED"], { declaredState: "running", state: "PAUSED" }), 0],
        [connector("sink", ["PAUSED"], { managed: false, declaredState: undefined, state: "PAUSED" }), 1],
        [connector("sink", [], { managed: false, declaredState: undefined, state: "FAILED" }), 0],
    ])("measures a connector by what the stack declares: %#", (facts, up) => {
        const values = samples(prometheusText(snapshotAt(1, { connectors: { ok: true, value: [facts] } })));
        expect(values['connector_up{connector="sink"}']).toBe(up);
    });

    it("escapes names", () => {
        const facts = connector('a"b\\c');
        const text = prometheusText(snapshotAt(1, { connectors: { ok: true, value: [facts] } }));
        expect(text).toContain('connect_cdc_connector_up{connector="a\\"b\\\\c"} 1\n');
    });
});
