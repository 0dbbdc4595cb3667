import axios from "axios";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { systemClock } from "../../packages/connector/src/client/clock";
import { firstSeed } from "../support/soakOptions";
import { FakeConnect, LIMIT_HEADER } from "../support/workers/fakeConnect";
import { runningWith, tasksOf } from "../support/workers/fakeConnector";
import { runSequence, SequenceCluster } from "../support/workers/randomSequence";
import { virtualClock } from "../support/workers/virtualClock";

const SEQUENCES = process.env.SOAK ? 500 : 100;
const VERSIONS = ["2.8.2", "3.4.1", "3.6.2", "3.9.2", "4.1.0"];
const BYSTANDER = { config: { name: "bystander", topics: "x" }, state: "PAUSED", generation: 7 };

const clock = virtualClock();
const fake = new FakeConnect();
let limits: number;

beforeAll(async () => {
    vi.spyOn(systemClock, "now").mockImplementation(() => clock.now());
    vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => {
        await clock.sleep(ms);
        await fake.revive();
    });
    vi.spyOn(systemClock, "random").mockImplementation(() => clock.random());
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    limits = axios.interceptors.request.use((config) => {
        config.headers.set(LIMIT_HEADER, String(config.timeout));
        return config;
    });
    fake.clock = clock;
    await fake.start(2);
});

afterAll(async () => {
    axios.interceptors.request.eject(limits);
    vi.restoreAllMocks();
    await fake.stop();
});

/** The fake cluster as a worker of this version. */
function clusterOf(version: string): SequenceCluster {
    const hasStop = !["2.8.2", "3.4.1"].includes(version);
    fake.version = version;
    fake.connectors.clear();
    fake.connectors.set("bystander", structuredClone(BYSTANDER));
    const perform = (method: string, path: string, body?: unknown) => fake.perform(method, `/connectors${path}`, body);
    return {
        restUrls: () => fake.urls,
        connector: { class: "example.Sink", config: { topics: "lines" }, timeoutSeconds: 300 },
        stormSeconds: 120,
        rates: [0, 0, 0.15, 0.15, 0.5, 0.97],
        secretsFolder: "/secrets",
        states: hasStop ? ["running", "running", "paused", "stopped"] : ["running", "running", "paused"],
        tasks: [1, 2, 3].flatMap((max) => [0, 1, max].map((min): [number, number] => [max, min])),
        setFaults: (_, next) => (fake.randomFault = next),
        takeWrites: () => {
            const { writes } = fake;
            fake.requests = [];
            return writes;
        },
        setSecret: (_, value) => (fake.secret = value),
        see: async (name) => {
            const { config, state } = fake.connectors.get(name) ?? {};
            return config && { config, state: state!.toLowerCase() };
        },
        staleTasks: (name) => {
            const connector = fake.connectors.get(name)!;
            const wanted = runningWith(connector.config, fake.secret);
            return tasksOf(connector).find(({ runsWith, state }) => state || runsWith !== wanted)?.runsWith;
        },
        betweenRuns: async () => {
            clock.nowMs += 60_000;
            await fake.revive(true);
        },
        restlessness: () => 0,
        put: async (name, config) =>
            void (fake.connectors.has(name)
                ? perform("PUT", `/${name}/config`, config)
                : perform("POST", "", { name, config })),
        pause: async (name) => void perform("PUT", `/${name}/pause`),
        remove: async (name) => void perform("DELETE", `/${name}`),
        failTask: (name) => {
            const connector = fake.connectors.get(name);
            const [task] = connector ? tasksOf(connector) : [];
            if (task) task.state = "FAILED";
        },
    };
}

async function runOne(seed: number): Promise<void> {
    vi.mocked(console.log).mockClear();
    await runSequence(seed, `sink-${seed}`, clusterOf(VERSIONS[seed % VERSIONS.length]!));
    expect(Object.fromEntries(fake.connectors), `what is left after seed ${seed}`).toEqual({ bystander: BYSTANDER });
    expect(JSON.stringify(vi.mocked(console.log).mock.calls), `output of seed ${seed}`).not.toContain("hunter-");
}

it(
    `${SEQUENCES} random sequences of runs and faults end well`,
    async () => {
        const failures: string[] = [];
        for (let seed = firstSeed(); seed < firstSeed() + SEQUENCES && failures.length < 3; seed++) {
            await runOne(seed).catch((error: Error) => failures.push(error.message));
        }

        expect(failures.join("\n\n")).toBe("");
    },
    20 * 60_000,
);
