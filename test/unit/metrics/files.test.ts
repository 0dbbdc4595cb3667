import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../config/load";
import { CHECKOUT } from "../../../tools/project";
import { METRICS_FOLDER, type Panel, readAlerts, readDashboard } from "../../support/stack/metricsFiles";

const dashboard = readDashboard();
const shown = dashboard.panels.filter(({ type }) => type !== "row");
const source = { type: "prometheus", uid: "${datasource}" };

describe("the dashboard", () => {
    it("has a unique id for each panel, and no two panels at one position", () => {
        const ids = dashboard.panels.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [i, panel] of dashboard.panels.entries()) {
            expect(panel.gridPos.x + panel.gridPos.w, panel.title).toBeLessThanOrEqual(24);
            const over = dashboard.panels.slice(0, i).filter((other) => overlap(panel, other));
            expect(
                over.map(({ title }) => title),
                panel.title,
            ).toEqual([]);
        }
    });

    it.each(shown)(
        "has for $title a description and a unit, for the source and stack that the user selects",
        (panel) => {
            expect(panel.description).toMatch(/\.$/);
            expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
            expect(panel.datasource).toEqual(source);
            for (const target of panel.targets!) {
                expect(target.datasource).toEqual(source);
                expect(target.expr).toContain('stack="$stack"');
            }
        },
    );

    it("has one variable for the source, and one for the stack", () => {
        const variables = dashboard.templating.list.map(({ name, type }) => [name, type]);
        expect(variables).toEqual([
            ["datasource", "datasource"],
            ["stack", "query"],
        ]);
    });

    it("names no host", () => {
        expect(JSON.stringify(dashboard)).not.toMatch(/localhost|127\.0\.0\.1|https?:/);
    });
});

describe("every alert", () => {
    const rules = readAlerts().groups.flatMap((group) => group.rules);

    it("has a name of its own", () => {
        expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    });

    it("has its line in the page", () => {
        const page = readFileSync(join(CHECKOUT, "docs", "metrics.md"), "utf8");
        const lines = [...page.matchAll(/^\| ([A-Z]\w+) +\|/gm)].map(([, name]) => name);
        expect(lines).toEqual(rules.map(({ alert }) => alert));
    });

    it.each(rules)("$alert has a severity, a description, and a link to the docs", ({ labels, annotations }) => {
        expect(["critical", "warning"]).toContain(labels.severity);
        expect(annotations.summary).toBeTruthy();
        expect(annotations.description).toMatch(/\.$/);
        const [page = "", anchor = ""] = annotations.runbook.split("#");
        const headings = readFileSync(join(CHECKOUT, page), "utf8").match(/^#+ .*$/gm) ?? [];
        expect(headings.map(anchorOf)).toContain(anchor);
    });
});

it("the targets are those of the dev stack with metrics on", () => {
    const { metrics } = parseConfig({ metrics: { enabled: true } });
    const targets = JSON.parse(readFileSync(join(METRICS_FOLDER, "targets.json"), "utf8")) as unknown;
    const ports = { zookeeper: metrics.zookeeperPort, kafka: metrics.kafkaPort, connect: metrics.connectPort };
    expect(targets).toEqual(
        Object.entries(ports).flatMap(([job, port]) =>
            [0, 1, 2].map((i) => ({
                targets: [`127.0.0.1:${port + i}`],
                labels: { stack: "dev", job, member: `${job}-${i}` },
            })),
        ),
    );
});

it.each(["zookeeper", "kafka", "connect"])("the agent has rules for %s", (role) => {
    expect(existsSync(join(CHECKOUT, "images", "runtime", "metrics", `${role}.yml`))).toBe(true);
});

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** As GitHub makes it from a heading. */
function anchorOf(heading: string): string {
    return heading
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-");
}
