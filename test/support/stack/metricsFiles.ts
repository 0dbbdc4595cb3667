import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CHECKOUT } from "../../../tools/project";

/** The folder of what Prometheus and Grafana are given. */
export const METRICS_FOLDER = join(CHECKOUT, "metrics");

export interface AlertRule {
    alert: string;
    expr: string;
    for?: string;
    labels: { severity: string };
    annotations: { summary: string; description: string; runbook: string };
}

export interface RuleFile {
    groups: { name: string; rules: AlertRule[] }[];
}

export function readAlerts(): RuleFile {
    return parse(readFileSync(join(METRICS_FOLDER, "alerts.yml"), "utf8")) as RuleFile;
}

export interface Panel {
    id: number;
    type: string;
    title: string;
    description?: string;
    datasource?: { type: string; uid: string };
    gridPos: { x: number; y: number; w: number; h: number };
    fieldConfig?: { defaults: { unit?: string } };
    targets?: { refId: string; expr: string; datasource: { type: string; uid: string } }[];
}

export interface Dashboard {
    uid: string;
    schemaVersion: number;
    templating: { list: { name: string; type: string; definition?: string }[] };
    panels: Panel[];
}

export function readDashboard(): Dashboard {
    return JSON.parse(readFileSync(join(METRICS_FOLDER, "dashboard.json"), "utf8")) as Dashboard;
}
