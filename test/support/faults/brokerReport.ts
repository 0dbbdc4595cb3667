import { messageOf } from "@connect-cdc/connector/client";
import { membersOf } from "../../../cli/logs/members";
import { credentialsOf } from "../../../cli/stack/stackOutputs";
import { readLog } from "../../../docker/containerLog";
import { clusterView, unhealthyPartitions } from "../../../servers/kafka";
import type { Victim } from "./victim";

const LINES = 60;

/** Runs the wait. When it fails, its error also has each broker's view, and its log lines on those partitions. */
export async function withBrokerReport<T>(victim: Victim, wait: () => Promise<T>): Promise<T> {
    try {
        return await wait();
    } catch (error) {
        const report = await brokerReport(victim).catch((failure: unknown) => `no report: ${messageOf(failure)}`);
        throw new Error(`${messageOf(error)}\n${report}`, { cause: error });
    }
}

async function brokerReport({ stack, outputs }: Victim): Promise<string> {
    const views = await Promise.all(
        outputs.addresses.kafka.map(async (address) => {
            try {
                const view = await clusterView(address, credentialsOf(outputs));
                return { address, controller: view.controllerId, unhealthy: unhealthyPartitions(view) };
            } catch (error) {
                return { address, error: messageOf(error), unhealthy: [] };
            }
        }),
    );
    const names = new Set(
        views.flatMap(({ unhealthy }) => unhealthy.map(({ topic, partition }) => `${topic}-${partition}`)),
    );
    const shown = [...names].slice(0, 3);
    const isRelevant = (line: string) =>
        shown.some((name) => new RegExp(`${name}(?!\\d)`).test(line)) ||
        /marked as failed|cannot become follower|stale broker epoch|Session expired|new controller/i.test(line);
    const brokers = (await membersOf(stack, outputs)).filter(({ name }) => name.startsWith("kafka-"));
    const logs = await Promise.all(
        brokers.map(async (broker) => {
            const lines = await readLog(broker, { tail: 20_000 });
            const relevant = lines.filter(({ text }) => isRelevant(text)).slice(-LINES);
            return relevant.map(({ time, text }) => `${broker.name} ${time} ${text.slice(0, 400)}`);
        }),
    );
    return [...views.map((view) => JSON.stringify(view)), ...logs.flat()].join("\n");
}
