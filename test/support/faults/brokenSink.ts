import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import axios from "axios";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../../../servers/wait";

/** What cannot read the record that breaks the sink. */
export const jsonConverter = "org.apache.kafka.connect.json.JsonConverter";

/**
 * A JMS sink that fails at will: its topic is its own, and a record there that is no JSON makes its task fail, again after
 * each restart, until the record is gone.
 */
export class BrokenSink {
    private isCreated = false;
    private isRemoved = false;

    private constructor(
        readonly name: string,
        private readonly outputs: StackOutputs,
        private readonly admin: Admin,
    ) {}

    /** Makes the topic only; the sink is made by {@link create}, or declared by the stack. */
    static async open(name: string, outputs: StackOutputs): Promise<BrokenSink> {
        const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: outputs.addresses.kafka });
        await admin.createTopics({ topics: [name], partitions: 1, replicas: outputs.addresses.kafka.length });
        return new BrokenSink(name, outputs, admin);
    }

    /** Creates the sink by the REST API only. */
    async create(): Promise<void> {
        const { data } = await axios.get<Record<string, string>>(this.url("json-jms-sink", "/config"));
        const { transforms: _, ...config } = data;
        const own = { name: this.name, topics: this.name, "value.converter": jsonConverter };
        await axios.put(this.url(this.name, "/config"), { ...config, ...own });
        this.isCreated = true;
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
        const check = async () => {
            const { data } = await axios.get<{ tasks: { state: string }[] }>(this.url(this.name, "/status"));
            const states = data.tasks.map((task) => task.state);
            return states.length === 1 && states[0] === state ? done() : pending(`tasks: ${states.join(", ")}`);
        };
        await waitFor(check, { what: `task of ${this.name} to be ${state}`, timeoutSeconds: 60 });
    }

    /** Removes the topic, and the sink that {@link create} made; a second time is fine. */
    async remove(): Promise<void> {
        if (this.isRemoved) return;
        this.isRemoved = true;
        if (this.isCreated) await axios.delete(this.url(this.name));
        await this.admin.deleteTopics({ topics: [this.name] });
        await this.admin.close();
    }

    private url(connector: string, path = ""): string {
        return `${this.outputs.restUrls[0]}/connectors/${connector}${path}`;
    }
}
