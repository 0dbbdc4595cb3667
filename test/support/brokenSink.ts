import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import axios from "axios";

import type { StackOutputs } from "../../cli/stackOutputs";
import { done, pending, waitFor } from "../../probes/wait";

/**
 * A JMS sink beside those of a stack, that fails at will: its topic is its own, and a record there that is no JSON makes
 * its task fail, again after each restart, until the record is gone.
 */
export class BrokenSink {
    private isRemoved = false;

    private constructor(
        readonly name: string,
        private readonly outputs: StackOutputs,
        private readonly admin: Admin,
    ) {}

    static async create(name: string, outputs: StackOutputs): Promise<BrokenSink> {
        const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: outputs.addresses.kafka });
        await admin.createTopics({ topics: [name], partitions: 1, replicas: outputs.addresses.kafka.length });
        const sink = new BrokenSink(name, outputs, admin);
        const { data: config } = await axios.get<Record<string, string>>(sink.url("json-jms-sink", "/config"));
        const own = { name, topics: name, "value.converter": "org.apache.kafka.connect.json.JsonConverter" };
        const { transforms: _, ...rest } = config;
        await axios.put(sink.url(name, "/config"), { ...rest, ...own });
        return sink;
    }

    /** Writes the record that makes the task fail. */
    async poison(): Promise<void> {
        const producer = new Producer({
            clientId: "connect-cdc-test",
            bootstrapBrokers: this.outputs.addresses.kafka,
            serializers: stringSerializers,
        });
        await producer.send({ messages: [{ topic: this.name, value: "no JSON" }] });
        await producer.close();
    }

    /** Takes all records out of the topic; a task that has FAILED stays so. */
    async mend(): Promise<void> {
        await this.admin.deleteRecords({
            topics: [{ name: this.name, partitions: [{ partition: 0, offset: -1n }] }],
        });
    }

    async untilTask(state: string): Promise<void> {
        const look = async () => {
            const { data } = await axios.get<{ tasks: { state: string }[] }>(this.url(this.name, "/status"));
            const states = data.tasks.map((task) => task.state);
            return states.length === 1 && states[0] === state ? done() : pending(`tasks: ${states.join(", ")}`);
        };
        await waitFor(look, { what: `task of ${this.name} to be ${state}`, timeoutSeconds: 60 });
    }

    /** Removes connector and topic; a second time is fine. */
    async remove(): Promise<void> {
        if (this.isRemoved) return;
        this.isRemoved = true;
        await axios.delete(this.url(this.name));
        await this.admin.deleteTopics({ topics: [this.name] });
        await this.admin.close();
    }

    private url(connector: string, path = ""): string {
        return `${this.outputs.restUrls[0]}/connectors/${connector}${path}`;
    }
}
