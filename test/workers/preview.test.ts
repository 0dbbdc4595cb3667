import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetAnswers } from "../../packages/connector/src/checks/cachedCluster";
import { checkAgainstCluster } from "../../packages/connector/src/checks/checkAgainstCluster";
import { checkInputs } from "../../packages/connector/src/inputs/checkInputs";
import { CONNECT_VERSIONS, ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";

// Real workers' answers to invalid configs, from the oldest version to the newest: the texts differ, the problems do not.
let connect: ConnectProcesses;

beforeAll(async () => {
    connect = await startConnectClusters(CONNECT_VERSIONS.map((version) => ({ version, workers: 1 })));
});

afterAll(() => connect?.stop());

const SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";
const FILTER = "org.apache.kafka.connect.transforms.Filter";
const ROUTER = "org.apache.kafka.connect.transforms.RegexRouter";

describe.each(CONNECT_VERSIONS.map((version, i) => ({ version, i })))("Connect $version", ({ i }) => {
    /** The problems. On a busy machine a worker may not answer in time, which is reported: then the request is repeated. */
    async function check(config: Record<string, string>, connectorClass = SINK) {
        const restUrls = [connect.clusters[i]!.workers[0]!.restUrl];
        const given = { name: "previewed", cluster: "c", class: connectorClass, restUrls, config };
        for (let tries = 1; ; tries++) {
            const warnings: string[] = [];
            const { inputs, problems: own } = checkInputs(given);
            forgetAnswers();
            const problems = await checkAgainstCluster(undefined, inputs, own, (line) => warnings.push(line));
            if (tries === 3 || !warnings.some((line) => line.includes("no answer"))) {
                return {
                    problems: problems.map(({ property }) => property).sort(),
                    warnings,
                    all: JSON.stringify(problems),
                };
            }
        }
    }

    it("finds no problem in a valid config", async () => {
        const config = {
            topics: "lines",
            file: "/tmp/x",
            transforms: "drop,route",
            "transforms.drop.type": FILTER,
            "transforms.drop.predicate": "old",
            "transforms.route.type": ROUTER,
            "transforms.route.regex": "(.*)",
            "transforms.route.replacement": "$1",
            predicates: "old",
            "predicates.old.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
            "errors.tolerance": "all",
        };
        expect(await check(config)).toMatchObject({ problems: [], warnings: [] });
    });

    it("finds every problem at once: types, lists of values, classes, misspelt keys, incomplete parts, passwords", async () => {
        const { problems, warnings, all } = await check({
            topics: "lines",
            flie: "/tmp/x",
            "errors.retry.timeout": "long",
            "errors.tolerance": "some",
            "value.converter": "org.apache.kafka.connect.json.JsonConvertor",
            "my.password": "hunter2",
            transforms: "unknown,route",
            "transforms.unknown.type": "a.b.C",
            "transforms.route.type": ROUTER,
            "transforms.route.regx": "(.*)",
            "transforms.route.replacement": "$1",
            "quite.another": "1",
        });
        expect(problems).toEqual(
            [
                "errors.retry.timeout",
                "errors.tolerance",
                "flie",
                "my.password",
                "transforms.route.regex",
                "transforms.route.regx",
                "transforms.unknown.type",
                "value.converter",
            ].map((key) => `config["${key}"]`),
        );
        expect(warnings).toEqual([expect.stringContaining('config["quite.another"]')]);
        expect(all).not.toContain("hunter2");
        expect(all).toContain("did you mean file?");
    });

    it("finds a misspelt setting of a converter, where the worker reports these (3.2, KAFKA-13510)", async () => {
        const converter = "org.apache.kafka.connect.json.JsonConverter";
        const misspelt = { "value.converter": converter, "value.converter.schemas.enabel": "false" };
        const { problems } = await check({ topics: "lines", file: "/tmp/x", ...misspelt });
        expect(problems).toEqual(i === 0 ? [] : ['config["value.converter.schemas.enabel"]']);
    });

    it("finds a sink that reads nothing", async () => {
        const { problems } = await check({ file: "/tmp/x" });
        expect(problems).toContain('config["topics"]');
    });

    it("only warns where a secret does not exist yet", async () => {
        const reference = `\${directory:${connect.secretsFolder}:not-there-yet}`;
        const { problems, warnings } = await check({
            topics: "lines",
            file: "/tmp/x",
            "errors.retry.timeout": reference,
        });
        expect(problems).toEqual([]);
        expect(warnings).toEqual([expect.stringMatching(/errors\.retry\.timeout.*\[secret\]/)]);
    });

    it("only warns of a class that it does not have: the same run may bring it", async () => {
        const { problems, warnings } = await check({ topics: "lines" }, "a.b.NewConnector");
        expect(problems).toEqual([]);
        expect(warnings).toEqual([expect.stringContaining("has no class a.b.NewConnector")]);
    });
});
