import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { platformTarget } from "../../cli/stack/stackOutputs";
import { connectorStatuses } from "../../servers/connect";
import { clusterReady } from "../../servers/health";
import { waitFor } from "../../servers/wait";
import { startStatusServer, type StatusServer } from "../../status/statusServer";
import { BrokenSink } from "../support/faults/brokenSink";
import { containerName, docker } from "../support/stack/docker";
import { readAlerts, readDashboard } from "../support/stack/metricsFiles";
import { Pipeline } from "../support/stack/pipeline";
import { PrometheusServer, promtool } from "../support/stack/prometheus";
import { sharedStack } from "../support/stack/sharedStack";

/** Four scrapes long. */
const RATE_WINDOW = "8s";

const stack = sharedStack();
const folder = mkdtempSync(join(tmpdir(), "connect-cdc-metrics-"));
let pipeline: Pipeline;
let page: StatusServer;
let prometheus: PrometheusServer;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
    page = await startStatusServer(platformTarget(stack.handle.name, pipeline.outputs), { port: 0 });
    writePrometheusConfig();
    prometheus = await PrometheusServer.start(join(folder, "prometheus.yml"));
    // Records of every kind, so that no counter is without a value.
    const row = await pipeline.table.insert({ first_name: "measured", last_name: null, email: null });
    await pipeline.table.update({ ...row, first_name: "measured again" });
    await pipeline.passMarker();
}, 300_000);

afterAll(async () => {
    await prometheus?.stop();
    await page?.close();
    await pipeline?.close();
    rmSync(folder, { recursive: true });
});

/** The shipped config and rules, with this stack's targets, and every time so short that a test can wait for it. */
function writePrometheusConfig(): void {
    const targets = pipeline.outputs.prometheusTargets ?? [];
    const platform = { targets: [new URL(page.url).host], labels: { stack: stack.handle.name, job: "platform" } };
    writeFileSync(join(folder, "targets.json"), JSON.stringify([...targets, platform]));
    const { groups } = readAlerts();
    const hasty = groups.map((group) => ({
        ...group,
        rules: group.rules.map(({ for: _, expr, ...rule }) => ({
            ...rule,
            expr: expr.replaceAll(/\[\d+m\]/g, `[${RATE_WINDOW}]`),
        })),
    }));
    writeFileSync(join(folder, "alerts.yml"), stringify({ groups: hasty }));
    const config = {
        global: { scrape_interval: "2s", scrape_timeout: "2s", evaluation_interval: "1s" },
        rule_files: ["alerts.yml"],
        scrape_configs: [{ job_name: "all", file_sd_configs: [{ files: ["targets.json"] }] }],
    };
    writeFileSync(join(folder, "prometheus.yml"), stringify(config));
}

/** Names of the alerts that fire, with what they are about. */
async function firing(): Promise<string[]> {
    const alerts = await prometheus.firing();
    return alerts.map(({ labels }) =>
        [labels.alertname, labels.connector ?? labels.slot ?? labels.member].filter((part) => part).join(" "),
    );
}

const quiet = () => expect.poll(firing, { timeout: 90_000, interval: 1000 }).toEqual([]);
const fires = (...alerts: string[]) =>
    expect.poll(firing, { timeout: 90_000, interval: 1000 }).toEqual(expect.arrayContaining(alerts));

/** Pauses or stops a connector by hand, and waits until its tasks are in that state; resumes it at the end. */
async function withoutConnector(name: string, action: string, taskStates: string[], then: () => Promise<void>) {
    const [restUrl = ""] = pipeline.outputs.restUrls;
    const states = async () => {
        const connector = (await connectorStatuses(restUrl)).find((one) => one.name === name);
        return connector?.tasks.map(({ state }) => state);
    };
    await axios.put(`${restUrl}/connectors/${name}/${action}`, {}, { proxy: false });
    try {
        await expect.poll(states, { timeout: 60_000 }).toEqual(taskStates);
        await then();
    } finally {
        await axios.put(`${restUrl}/connectors/${name}/resume`, {}, { proxy: false });
    }
    await quiet();
}

/** Series of stacks with TLS, which this one is not. */
const OF_TLS = "connect_cdc_certificate_expires_timestamp_seconds";

describe("a real Prometheus that scrapes the whole stack", () => {
    it("reaches every member and the page", async () => {
        const answering = async () => (await prometheus.query("up == 1")).length;
        await expect.poll(answering, { timeout: 60_000 }).toBe(10);
    });

    it("gets values for every query of the dashboard", async () => {
        const queries = readDashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
        const empty = async () => {
            const answers = await Promise.all(queries.map((expr) => prometheus.query(filled(expr))));
            return queries.filter((_, i) => answers[i]?.length === 0);
        };
        await expect.poll(empty, { timeout: 60_000, interval: 2000 }).toEqual([]);
    });

    it("has every series of the alerts, and fires none without a problem", async () => {
        const unknown = async () => {
            const names = await prometheus.query('count by (__name__) ({__name__=~".+"})');
            const known = new Set(names.map(({ metric }) => metric.__name__));
            return seriesOfAlerts().filter((name) => !known.has(name) && name !== OF_TLS);
        };
        await expect.poll(unknown, { timeout: 60_000 }).toEqual([]);
        await quiet();
    });

    it("gets text that promtool accepts, within a small time and size", async () => {
        for (const { targets, labels } of pipeline.outputs.prometheusTargets ?? []) {
            const { data } = await axios.get<string>(`http://${targets[0]}/metrics`, { proxy: false });
            // Names of the JVM's and of the agent's own metrics are not ours to choose.
            const own = data.split("\n").filter((line) => !/(jvm|process|jmx)_/.test(line));
            await promtool(["check", "metrics"], `${own.join("\n")}\n`);
            const lines = data.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
            expect(lines.length, labels.member).toBeLessThan(400);
        }
        const { data, headers } = await axios.get<string>(new URL("/metrics", page.url).href, { proxy: false });
        expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
        await promtool(["check", "metrics"], data);
    });
});

describe("the switch", () => {
    it("is a roll of the members and touches no image", async () => {
        const { metrics } = stack.config();
        stack.configure({ metrics: { ...metrics, enabled: false } });
        try {
            const planned = await stack.preview();
            const replaced = planned.filter(({ type, op }) => type.endsWith(":Container") && op === "replace");
            const members = ["connect", "kafka", "zookeeper"].flatMap((role) => [0, 1, 2].map((i) => `${role}-${i}`));
            expect(replaced.map(({ name }) => name).sort()).toEqual(members);
            expect(planned.filter(({ type }) => /Image|Connector$/.test(type))).toEqual([]);
        } finally {
            stack.configure({ metrics });
        }
    });
});

describe("alerts", () => {
    it("report a failed task", async () => {
        const sink = await BrokenSink.open("measured-sink", pipeline.outputs);
        try {
            await sink.create();
            await sink.untilTask("RUNNING");
            await sink.poison();
            await fires("CdcTaskFailed measured-sink");
        } finally {
            await sink.remove();
        }
        await quiet();
    });

    it.runIf(process.env.SOAK)("report a sink that is paused while records wait for it", async () => {
        await withoutConnector("json-jms-sink", "pause", ["PAUSED"], async () => {
            await pipeline.table.insert({ first_name: "waits", last_name: null, email: null });
            await fires("CdcConnectorDown json-jms-sink", "CdcSinkStuck json-jms-sink");
        });
    });

    it.runIf(process.env.SOAK)("report a slot without a reader", async () => {
        await withoutConnector("dbz-source", "stop", [], () =>
            fires("CdcSlotInactive dbz_source", "CdcConnectorDown dbz-source"),
        );
    });

    it("report a broker that is down", async () => {
        const broker = docker.getContainer(containerName(stack.handle.name, "kafka-2"));
        await broker.stop({ t: 60 });
        try {
            await fires("CdcMemberDown kafka-2", "MetricsDown kafka-2", "KafkaUnderReplicated");
        } finally {
            await broker.start();
        }
        const { kafka } = pipeline.outputs.addresses;
        await waitFor(() => clusterReady({ kind: "kafka", targets: kafka, expected: 3 }), {
            what: "Kafka cluster after the broker's start",
            timeoutSeconds: 120,
        });
        await quiet();
    });
});

/** A query as Grafana sends it. */
function filled(expr: string): string {
    return expr.replaceAll("$stack", stack.handle.name).replaceAll("$__rate_interval", RATE_WINDOW);
}

/** Names of the series in the expressions of all alerts: what is no function, label or word of PromQL. */
function seriesOfAlerts(): string[] {
    const rules = readAlerts().groups.flatMap((group) => group.rules);
    const names = rules.flatMap(({ expr }) => expr.match(/\b(?:connect_cdc|debezium|jvm|kafka|zookeeper)_\w+/g) ?? []);
    return [...new Set(names)].sort();
}
