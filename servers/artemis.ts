import { Agent } from "node:https";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import axios from "axios";
import { tcpExchange } from "./tcpExchange";

export interface ConsoleLogin {
    /** URL of the web console: http://host:port, or https://host:port. */
    url: string;
    user: string;
    password: string;
    /** For a URL with https; one with http does without them. */
    credentials?: Credentials;
}

export interface QueueState {
    name: string;
    /** Messages in the queue. */
    depth: number;
    /** Messages added since the broker started. */
    added: number;
    consumers: number;
}

// AMQP 1.0 with SASL: a server that serves answers with the same eight bytes
const amqpHeader = Buffer.from("AMQP\x03\x01\x00\x00", "latin1");

/**
 * Throws unless the broker's acceptor speaks AMQP.
 *
 * @param credentials for an acceptor with TLS. Default: the address is that of a plain acceptor.
 */
export async function assertAccepting(target: string, credentials?: Credentials): Promise<void> {
    const answer = await tcpExchange(target, amqpHeader, {
        credentials,
        complete: (received) => received.length >= amqpHeader.length,
    });
    if (answer.subarray(0, 4).toString("latin1") !== "AMQP") {
        throw new Error(`JMS broker at ${target} answered, but not in AMQP`);
    }
}

/** All anycast queues, sorted by name, from the console's Jolokia. */
export async function queueStates(login: ConsoleLogin): Promise<QueueState[]> {
    const answer = await askJolokia(login, {
        type: "read",
        mbean:
            "org.apache.activemq.artemis:broker=*,component=addresses,address=*,subcomponent=queues," +
            'routing-type="anycast",queue=*',
        attribute: ["Name", "MessageCount", "MessagesAdded", "ConsumerCount"],
    });
    return Object.values(answer)
        .map((queue) => ({
            name: String(queue.Name),
            depth: Number(queue.MessageCount),
            added: Number(queue.MessagesAdded),
            consumers: Number(queue.ConsumerCount),
        }))
        .sort((a, b) => a.name.localeCompare(b.name));
}

type JolokiaValue = Record<string, Record<string, unknown>>;

/** Sends one request to the broker's Jolokia and returns its value. Throws without an answer or without a value. */
export async function askJolokia<T = JolokiaValue>(login: ConsoleLogin, request: object): Promise<T> {
    const { origin, protocol } = new URL(login.url);
    const httpsAgent = login.credentials && new Agent(login.credentials);
    let answer: { status: number; data: { status?: number; value?: T; error?: string } };
    try {
        answer = await axios.post(`${origin}/console/jolokia/`, request, {
            auth: { username: login.user, password: login.password },
            // Jolokia accepts only requests with the origin of its own host, and by https none with http
            headers: { Origin: `${protocol}//localhost` },
            timeout: 5000,
            proxy: false,
            httpsAgent,
            validateStatus: () => true,
        });
    } catch (error) {
        throw new Error(`JMS broker's console at ${origin} does not answer (${messageOf(error)})`);
    }
    if (answer.status === 401 || answer.status === 403) {
        throw new Error(`JMS broker's console at ${origin} refused user "${login.user}" (status ${answer.status})`);
    }

    if (answer.data.value === undefined) {
        throw new Error(`JMS broker's console at ${origin} answered ${answer.data.error ?? `status ${answer.status}`}`);
    }

    return answer.data.value;
}
