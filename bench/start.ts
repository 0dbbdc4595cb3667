import { mkdirSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import axios from "axios";
import { credentialsOf } from "../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../servers/wait";
import { Pipeline } from "../test/support/stack/pipeline";
import type { TestStack } from "../test/support/stack/stack";
import { lastLines, runProcess } from "../tools/processes";
import { findCompose } from "./composeBinary";
import { type ContainerInputs, writeComposeFile } from "./composeFile";
import type { Figure } from "./figure";
import { resourcesOf } from "./state";
import { listSeconds, median } from "./statistics";

const NAME = "`up` with images built, against docker compose";
const AIM = 1;
const ROUNDS = 3;
const LIMIT_SECONDS = 600;

/**
 * Time of `pulumi up` and of docker compose (with curl for the connectors) for the same containers, health checks and
 * connectors, from images only until the first row is in both queues. The stack must be up, and is up afterwards.
 */
export async function measureStart(stack: TestStack, print: (line: string) => void): Promise<Figure> {
    let compose: string[];
    try {
        compose = await findCompose();
    } catch (error) {
        return { name: NAME, ratio: undefined, aim: AIM, details: `no docker compose: ${(error as Error).message}` };
    }
    const rival = await ComposeRival.create(stack, compose);
    const seconds = { pulumi: [] as number[], compose: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
        await destroyAllButImages(stack);
        seconds.compose.push(await rival.measure());
        await rival.remove();
        seconds.pulumi.push(await measurePulumi(stack));
        print(
            `start, round ${round} of ${ROUNDS}: pulumi ${seconds.pulumi.at(-1)} s, compose ${seconds.compose.at(-1)} s`,
        );
    }
    return {
        name: NAME,
        ratio: median(seconds.pulumi) / median(seconds.compose),
        aim: AIM,
        details: `pulumi ${listSeconds(seconds.pulumi)} s, compose ${listSeconds(seconds.compose)} s, median of each`,
    };
}

async function measurePulumi(stack: TestStack): Promise<number> {
    return timed(async () => {
        await stack.up();
        await firstRowArrives(stack);
    });
}

/** Images stay, also in the state: the next `up` builds nothing. */
async function destroyAllButImages(stack: TestStack): Promise<void> {
    const images = (await resourcesOf(stack)).filter(({ type }) => type === "docker:index/remoteImage:RemoteImage");
    await stack.destroy(...images.flatMap(({ urn }) => ["--exclude", urn]));
}

async function firstRowArrives(stack: TestStack, outputs = stack.outputs()): Promise<void> {
    const pipeline = await Pipeline.connect(await outputs);
    try {
        await pipeline.passMarker(LIMIT_SECONDS);
    } finally {
        await pipeline.close();
    }
}

async function timed(action: () => Promise<void>): Promise<number> {
    const started = performance.now();
    await action();
    return Number(((performance.now() - started) / 1000).toFixed(1));
}

interface ConnectorInputs {
    name: string;
    config: Record<string, string>;
    class: string;
    tasksMax: number;
}

/** The same containers and connectors, by docker compose and the REST API. */
class ComposeRival {
    private constructor(
        private readonly stack: TestStack,
        private readonly command: string[],
        private readonly containers: ContainerInputs[],
        private readonly connectors: ConnectorInputs[],
        private readonly outputs: Awaited<ReturnType<TestStack["outputs"]>>,
    ) {}

    static async create(stack: TestStack, command: string[]): Promise<ComposeRival> {
        const resources = await resourcesOf(stack);
        const ofType = (end: string) => resources.filter(({ type }) => type.endsWith(end)).map(({ inputs }) => inputs);
        return new ComposeRival(
            stack,
            command,
            ofType("container:Container") as unknown as ContainerInputs[],
            ofType("cdc:Connector") as unknown as ConnectorInputs[],
            await stack.outputs(),
        );
    }

    /** Seconds until the first row is in both queues. */
    async measure(): Promise<number> {
        const folder = join(this.stack.handle.folder, "compose");
        mkdirSync(folder, { recursive: true });
        writeComposeFile(folder, `connect-cdc-${this.stack.handle.name}-`, this.containers);
        return timed(async () => {
            await this.run("up", "--detach", "--quiet-pull");
            await Promise.all(this.connectors.map((connector) => this.putConnector(connector)));
            await firstRowArrives(this.stack, Promise.resolve(this.outputs));
        });
    }

    async remove(): Promise<void> {
        await this.run("down", "--volumes", "--timeout", "20");
    }

    /** Like `curl --retry` in a script: repeats until the worker accepts it. */
    private async putConnector({
        name: connector,
        class: javaClass,
        tasksMax,
        config,
    }: ConnectorInputs): Promise<void> {
        const url = `${this.outputs.restUrls[0]}/connectors/${connector}/config`;
        const body = { ...config, "connector.class": javaClass, "tasks.max": String(tasksMax) };
        const credentials = credentialsOf(this.outputs);
        const httpsAgent = credentials && new Agent(credentials);
        const put = async () => {
            const { status, data } = await axios.put(url, body, {
                validateStatus: () => true,
                httpsAgent,
                auth: credentials?.rest,
                proxy: false,
                timeout: 30_000,
            });
            return status === 201 || status === 200 ? done() : pending(`status ${status} ${JSON.stringify(data)}`);
        };
        await waitFor(put, { what: `connector ${connector} to be accepted`, timeoutSeconds: LIMIT_SECONDS });
    }

    private async run(...args: string[]): Promise<void> {
        const [file = "", ...first] = this.command;
        const folder = join(this.stack.handle.folder, "compose");
        const project = ["--project-name", `connect-cdc-${this.stack.handle.name}`, "--project-directory", folder];
        const { code, stdout, stderr } = await runProcess(file, [...first, ...project, ...args], { cwd: folder });
        if (code !== 0) throw new Error(`docker compose ${args[0]} failed: ${lastLines(stdout + stderr, 20)}`);
    }
}
