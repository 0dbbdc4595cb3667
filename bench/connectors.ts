import { loadavg } from "node:os";
import { BROKER_VERSION } from "../test/support/workers/brokerProcess";
import { ConnectorProgram, ProgramRun } from "../test/support/workers/connectorProgram";
import { ConnectProcesses, startConnectClusters } from "../test/support/workers/connectProcess";
import { FileConnectorArgs, fileConnectors } from "../test/support/workers/fileConnectors";
import { logToStderr } from "../tools/log";
import { ConnectorScript } from "./connectorScript";
import type { Figure } from "./figure";
import { listSeconds, median } from "./statistics";

const COUNT = 100;
const ROUNDS = 3;
/** Refreshes in a round: one is shorter than the variations of the machine's speed. */
const REFRESHES = 3;
/** Operations at a time, of Pulumi and of the script. Pulumi's default is four for each core. */
const CONCURRENCY = 8;
const PARALLEL = ["--parallel", String(CONCURRENCY)];
const AIM = 1.2;

type Step = "create" | "refresh" | "update";
type Seconds = Record<Step, number[]>;

/** The same number of resources that do nothing: the time of Pulumi itself. */
const nothing = {
    provider: `
exports.create = async (inputs) => ({ id: "nothing", outs: inputs });
exports.update = async (id, olds, news) => ({ outs: news });
`,
    program: `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CustomResource } from "@pulumi/pulumi";

const __provider = 'exports.handler = () => require(process.cwd() + "/nothing.js");';
const all = JSON.parse(readFileSync(join(__dirname, "connectors.json"), "utf8")) as { name: string }[];
all.forEach((args) => new CustomResource("pulumi-nodejs:dynamic/cdc:Nothing", args.name, { ...args, __provider }));
`,
};

/**
 * Time of a hundred connectors in one `pulumi up` or `refresh`, against a plain script that sends the same requests with the
 * same concurrency and the same wait, in turn and on the same workers. Both wait for each connector until it and its task, of
 * the new config, have been RUNNING for 0.7 s.
 */
export async function measureConnectors(): Promise<Figure[]> {
    const connect = await startConnectClusters([{ version: BROKER_VERSION, workers: 2 }]);
    try {
        return await measureOn(connect);
    } finally {
        await connect.stop();
    }
}

async function measureOn(connect: ConnectProcesses): Promise<Figure[]> {
    const { restUrls } = connect.clusters[0]!;
    const declared = (more?: Record<string, string>) => fileConnectors(COUNT, restUrls, connect.folder, more);
    const script = new ConnectorScript(restUrls[0]!, CONCURRENCY);
    const all = { pulumi: noSeconds(), nothing: noSeconds(), script: noSeconds() };
    for (let round = 1; round <= ROUNDS; round++) {
        await runPrograms(all, declared).finally(() => script.remove(declared()));
        await runScript(script, all.script, declared);
        logToStderr(`connectors, round ${round} of ${ROUNDS}: ${JSON.stringify(all)}; load ${loadavg()[0]}`);
    }
    return (["create", "refresh", "update"] as const).map((step) => figureOf(step, all));
}

function noSeconds(): Seconds {
    return { create: [], refresh: [], update: [] };
}

function figureOf(step: Step, all: Record<"pulumi" | "nothing" | "script", Seconds>): Figure {
    const own = all.pulumi[step];
    const script = all.script[step];
    const nothing = all.nothing[step];
    const list = (values: number[]) => `${listSeconds(values)} s`;
    const resources = `pulumi with ${COUNT} resources that do nothing ${list(nothing)}`;
    if (step === "refresh") {
        return {
            name: `unchanged refresh of ${COUNT} connectors, against one of as many resources that do nothing`,
            ratio: median(own) / median(nothing),
            aim: AIM,
            details: `pulumi ${list(own)}, ${resources}; the one list itself ${list(script)}, median of each`,
        };
    }
    return {
        name: `${step} of ${COUNT} connectors, against a script with the same requests`,
        ratio: median(own) / median(script),
        aim: AIM,
        details: `pulumi ${list(own)}, script ${list(script)}, ${resources}, median of each`,
    };
}

type Declare = (more?: Record<string, string>) => FileConnectorArgs[];

/** Both programs in turn at each step, so that both share the machine with a hundred running connectors. */
async function runPrograms(all: { pulumi: Seconds; nothing: Seconds }, declared: Declare): Promise<void> {
    const ours = await ConnectorProgram.create();
    const empty = await ConnectorProgram.create(nothing.program);
    empty.write("nothing.js", nothing.provider);
    const both = [[ours, all.pulumi] as const, [empty, all.nothing] as const];
    const timed = async (step: Step, run: (program: ConnectorProgram) => Promise<ProgramRun>) => {
        for (const [program, seconds] of both) seconds[step].push((await run(program)).seconds);
    };
    const declare = (more?: Record<string, string>) => both.forEach(([program]) => program.declare(declared(more)));
    try {
        declare();
        await timed("create", (program) => program.up(...PARALLEL));
        for (let i = 0; i < REFRESHES; i++) await timed("refresh", (program) => program.refresh(...PARALLEL));
        declare({ "errors.tolerance": "all" });
        await timed("update", (program) => program.up(...PARALLEL));
    } finally {
        both.forEach(([program]) => program.remove());
    }
}

async function runScript(script: ConnectorScript, seconds: Seconds, declared: Declare): Promise<void> {
    const timed = async (step: Step, run: () => Promise<void>) => {
        const started = performance.now();
        await run();
        seconds[step].push((performance.now() - started) / 1000);
    };
    await timed("create", () => script.create(declared()));
    await timed("refresh", () => script.list());
    await timed("update", () => script.update(declared({ "errors.tolerance": "all" })));
    await script.remove(declared());
}
