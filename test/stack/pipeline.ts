import { inject } from "vitest";

import type { StackOutputs } from "../../cli/stackOutputs";
import { messageOf } from "../../probes/wait";
import { type Customer, CustomersTable } from "../support/rows";
import { parseXmlRow, type XmlRow } from "../support/customerXml";
import { QueueDrain, type ReceivedMessage } from "../support/queues";
import { TestStack } from "../support/stack";

/** The stack that all stack tests share. */
export function sharedStack(): TestStack {
    return new TestStack(inject("stack"));
}

/** Both ends of the running pipeline: the captured table, and the queues being drained. */
export class Pipeline {
    private constructor(
        readonly outputs: StackOutputs,
        readonly table: CustomersTable,
        readonly json: QueueDrain,
        readonly xml: QueueDrain,
    ) {}

    static async open(stack: TestStack): Promise<Pipeline> {
        const outputs = await stack.outputs();
        const { address = "", user, password } = outputs.jmsBroker;
        const login = { address, user, password };
        return new Pipeline(
            outputs,
            await CustomersTable.open(outputs),
            await QueueDrain.open(login, "CustomersJSON"),
            await QueueDrain.open(login, "CustomersXML"),
        );
    }

    async close(): Promise<void> {
        await Promise.all([this.table.close(), this.json.close(), this.xml.close()]);
    }

    /** Inserts one row and waits until it is in both queues: all before it is there then, too. */
    async passMarker(timeoutSeconds = 60): Promise<Customer> {
        const marker = await this.table.insert({ first_name: "marker", last_name: null, email: null });
        await this.untilArrived([marker.id], timeoutSeconds);
        return marker;
    }

    /** Waits until rows of these ids have arrived in both queues. */
    async untilArrived(ids: number[], timeoutSeconds = 60): Promise<void> {
        await Promise.all(
            [this.json, this.xml].map((drain) => {
                const idOf = drain === this.json ? jsonId : xmlId;
                const missing = (messages: ReceivedMessage[]) => {
                    const seen = new Set(messages.map(idOf));
                    return ids.filter((id) => !seen.has(id));
                };
                return drain
                    .until(`${ids.length} rows`, (messages) => missing(messages).length === 0, timeoutSeconds)
                    .catch((error: unknown) => {
                        const lost = missing(drain.messages);
                        throw new Error(
                            `${messageOf(error)} Missing ids: ${lost.slice(0, 20).join(", ")} (${lost.length})`,
                        );
                    });
            }),
        );
    }

    /** Rows of these ids as the JSON queue had them, in its order. */
    jsonRows(ids: number[]): Customer[] {
        return this.json.messages
            .filter((message) => ids.includes(jsonId(message)))
            .map(({ body }) => JSON.parse(body));
    }

    /** Rows of these ids as the XML queue had them, in its order. */
    xmlRows(ids: number[]): XmlRow[] {
        return this.xml.messages
            .filter((message) => ids.includes(xmlId(message)))
            .map(({ body }) => parseXmlRow(body, "customer"));
    }

    /** Messages beyond the first of each id, in both queues: at-least-once delivery may repeat after a crash. */
    duplicates(ids: number[]): { json: number; xml: number } {
        const beyondFirst = (seen: number[]) => seen.length - new Set(seen).size;
        const known = new Set(ids);
        return {
            json: beyondFirst(this.json.messages.map(jsonId).filter((id) => known.has(id))),
            xml: beyondFirst(this.xml.messages.map(xmlId).filter((id) => known.has(id))),
        };
    }
}

function jsonId({ body }: ReceivedMessage): number {
    return (JSON.parse(body) as Customer).id;
}

function xmlId({ body }: ReceivedMessage): number {
    return Number(parseXmlRow(body, "customer").id);
}
