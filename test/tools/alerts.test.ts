import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { METRICS_FOLDER, readAlerts } from "../support/stack/metricsFiles";
import { promtool } from "../support/stack/prometheus";

/** Series over half an hour in Prometheus' short form: `5x30` stays, `0+2x30` grows by 2 a minute. */
type SeriesOverTime = Record<string, string>;

interface Case {
    /** It fires over these. */
    bad: SeriesOverTime;
    /** It stays silent over these. */
    good: SeriesOverTime;
}

const steady = (series: string, bad: number, good: number): Case => ({
    bad: { [series]: `${bad}x30` },
    good: { [series]: `${good}x30` },
});

const lag = 'connect_cdc_sink_lag_records{connector="sink"}';
const sent = 'kafka_connect_sink_task_records_total{connector="sink",task="0",step="send"}';
const behind = 'debezium_behind_source_seconds{server="localhost",job="connect"}';
const events = 'debezium_events_total{server="localhost",operation="Create"}';
const heap = (used: number) => ({
    'jvm_memory_pool_collection_used_bytes{member="kafka-0",pool="Tenured Gen"}': `${used}x30`,
    'jvm_memory_pool_collection_max_bytes{member="kafka-0",pool="Tenured Gen"}': "100x30",
});
const servers = { 'up{job="zookeeper",instance="a"}': "1x30", 'up{job="zookeeper",instance="b"}': "1x30" };

const cases: Record<string, Case> = {
    CdcTaskFailed: steady('kafka_connect_connector_tasks{connector="sink",state="failed",member="connect-0"}', 1, 0),
    CdcConnectorDown: steady('connect_cdc_connector_up{connector="sink"}', 0, 1),
    CdcSourceDisconnected: steady('debezium_connected{server="localhost"}', 0, 1),
    CdcSourceBehind: {
        bad: { [behind]: "90x30", [events]: "0+10x30" },
        // Nothing was written since: the value is that of the last row.
        good: { [behind]: "90x30", [events]: "10x30" },
    },
    CdcSlotInactive: steady('connect_cdc_slot_active{slot="dbz_source"}', 0, 1),
    CdcSlotLost: steady('connect_cdc_slot_lost{slot="dbz_source"}', 1, 0),
    CdcSlotLag: steady('connect_cdc_slot_lag_bytes{slot="dbz_source"}', 300 * 2 ** 20, 200 * 2 ** 20),
    CdcWalHeld: steady('connect_cdc_slot_wal_held_bytes{slot="dbz_source"}', 2 ** 31, 2 ** 29),
    CdcSlotEndangered: steady('connect_cdc_slot_wal_safe_bytes{slot="dbz_source"}', 2 ** 28, 2 ** 30),
    CdcSinkLag: steady('kafka_connect_sink_lag_records{connector="sink",partition="0"}', 20_000, 5000),
    CdcSinkStuck: {
        bad: { [lag]: "5x30", [sent]: "100x30" },
        good: { [lag]: "5x30", [sent]: "100+50x30" },
    },
    CdcSinkLostRecords: steady('connect_cdc_sink_removed_records{connector="sink"}', 3, 0),
    CdcSinkEndangered: steady('connect_cdc_sink_endangered_records{connector="sink"}', 3, 0),
    CdcRecordErrors: {
        bad: { 'kafka_connect_task_errors_total{connector="sink",kind="records-skipped"}': "0+1x30" },
        good: { 'kafka_connect_task_errors_total{connector="sink",kind="retries"}': "0+1x30" },
    },
    CdcQueueMissing: steady('connect_cdc_queue_up{queue="CustomersJSON"}', 0, 1),
    CdcQueueFull: steady('connect_cdc_queue_messages{queue="CustomersJSON"}', 200_000, 50_000),
    CdcMemberDown: steady('connect_cdc_member_up{member="kafka-1"}', 0, 1),
    CdcPartDown: steady('connect_cdc_part_up{part="database"}', 0, 1),
    CdcFindings: steady('connect_cdc_findings{level="wrong"}', 2, 0),
    MetricsDown: steady('up{job="kafka"}', 0, 1),
    KafkaUnderReplicated: steady('kafka_under_replicated_partitions{member="kafka-0"}', 3, 0),
    KafkaUnderMinIsr: steady('kafka_under_min_isr_partitions{member="kafka-0"}', 3, 0),
    KafkaOfflinePartitions: steady('kafka_controller_offline_partitions{member="kafka-0"}', 1, 0),
    KafkaNoController: steady('kafka_controller_active{member="kafka-0"}', 0, 1),
    KafkaBusy: steady('kafka_network_idle_ratio{member="kafka-0"}', 0.1, 0.9),
    ZookeeperNoLeader: {
        bad: { ...servers, 'zookeeper_state{state="following"}': "1x30" },
        good: { ...servers, 'zookeeper_state{state="leading"}': "1x30" },
    },
    ZookeeperOverloaded: steady('zookeeper_outstanding_requests{member="zookeeper-0"}', 500, 1),
    ConnectRebalancing: steady('kafka_connect_worker_rebalancing{member="connect-0"}', 1, 0),
    // Seconds since 1970: promtool begins at 0
    CertificateEnds: steady('connect_cdc_certificate_expires_timestamp_seconds{member="kafka-0"}', 500_000, 5_000_000),
    JvmHeapFull: { bad: heap(95), good: heap(60) },
    JvmCollecting: {
        // Seconds of collection in a minute.
        bad: { 'jvm_gc_collection_seconds_sum{member="kafka-0",gc="Copy"}': "0+12x30" },
        good: { 'jvm_gc_collection_seconds_sum{member="kafka-0",gc="Copy"}': "0+1x30" },
    },
};

const folder = mkdtempSync(join(tmpdir(), "connect-cdc-alerts-"));
const names = readAlerts().groups.flatMap((group) => group.rules.map(({ alert }) => alert));

beforeAll(() => promtool(["--version"]), 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("promtool", () => {
    it("accepts the example of a Prometheus config with its rules", async () => {
        expect(await promtool(["check", "config", join(METRICS_FOLDER, "prometheus.yml")])).toContain("SUCCESS");
    });

    it("fires each alert for its problem, in its time, and not without a problem", async () => {
        expect(Object.keys(cases).sort()).toEqual([...names].sort());
        const tests = Object.entries(cases).flatMap(([alert, { bad, good }]) => [
            expectFiring(alert, bad, true),
            expectFiring(alert, good, false),
        ]);
        const file = join(folder, "alerts.test.yml");
        writeFileSync(file, stringify({ rule_files: [join(METRICS_FOLDER, "alerts.yml")], tests }));
        expect(await promtool(["test", "rules", file])).toContain("SUCCESS");
    });
});

/** A test of promtool: does this alert fire after half an hour of these series? */
function expectFiring(alert: string, series: SeriesOverTime, fires: boolean): object {
    const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
    return {
        name: `${alert} over ${JSON.stringify(series)}`,
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({
            series: name.replace("{", '{stack="test",'),
            values,
        })),
        promql_expr_test: [{ expr, eval_time: "29m", exp_samples: fires ? [{ labels: "{}", value: 1 }] : [] }],
    };
}
