import { queueLogin, type StackOutputs } from "../../../cli/stack/stackOutputs";
import { parseXmlRow, type XmlRow } from "../rows/customerXml";
import { QueueDrain, type ReceivedMessage } from "../rows/queues";
import { type Customer, CustomersTable } from "../rows/rows";
import type { TestStack } from "./stack";

/** Both ends of the running pipeline: the captured table, and the queues being drained. */
export class Pipeline {
    private constructor(
        readonly outputs: StackOutputs,
        readonly table: CustomersTable,
        readonly json: QueueDrain,
        readonly xml: QueueDrain,
    ) {}

    static async open(stack: TestStack): Promise<Pipeline> {
        return Pipeline.connect(await stack.outputs());
    }

    static async connect(outputs: StackOutputs): Promise<Pipeline> {
        const login = queueLogin(outputs);
        if (login === undefined) throw new Error("the stack has no JMS broker of its own");
        return new Pipeline(
            outputs,
            await CustomersTable.open(outputs),
            await QueueDrain.open(login, "CustomersJSON", (body) => (JSON.parse(body) as Customer).id),
            await QueueDrain.open(login, "CustomersXML", (body) => Number(parseXmlRow(body, "customer").id)),
        );
    }

    async close(): Promise<void> {
        await Promise.all([this.table.close(), this.json.close(), this.xml.close()]);
    }

    /** Inserts one row and waits until it is in both queues: all earlier rows have arrived then, too. */
    async passMarker(timeoutSeconds = 60): Promise<Customer> {
        const marker = await this.table.insert({ first_name: "marker", last_name: null, email: null });
        await this.untilArrived([marker.id], timeoutSeconds);
        return marker;
    }

    /** Waits until rows of these ids have arrived in both queues. */
    async untilArrived(ids: number[], timeoutSeconds = 60): Promise<void> {
        await Promise.all([this.json, this.xml].map((drain) => drain.untilArrived(ids, timeoutSeconds)));
    }

    /** Rows of these ids as the JSON queue had them, in its order. */
    jsonRows(ids: number[]): Customer[] {
        return messagesOf(this.json, ids).map(({ body }) => JSON.parse(body) as Customer);
    }

    /** Rows of these ids as the XML queue had them, in its order. */
    xmlRows(ids: number[]): XmlRow[] {
        return messagesOf(this.xml, ids).map(({ body }) => parseXmlRow(body, "customer"));
    }

    /** Messages beyond the first of each id, in both queues: at-least-once delivery may repeat after a crash. */
    duplicates(ids: number[]): { json: number; xml: number } {
        const beyondFirst = (drain: QueueDrain) => {
            const seen = messagesOf(drain, ids);
            return seen.length - new Set(seen.map(({ id }) => id)).size;
        };
        return { json: beyondFirst(this.json), xml: beyondFirst(this.xml) };
    }
}

function messagesOf(drain: QueueDrain, ids: number[]): ReceivedMessage[] {
    const known = new Set(ids);
    return drain.messages.filter(({ id }) => known.has(id));
}
