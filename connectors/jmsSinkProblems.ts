import { hasReference } from "@connect-cdc/connector/checks";
import type { Problem } from "../config/problem";
import type { CompletedConnector } from "./completeConnector";
import { FACTORY_CLASS, STATE_QUEUE } from "./jmsSink";

const DUPLICATE_DETECTION = "jms.duplicate.detection";
const DELIVERY_MODE = "jms.delivery.mode";
const DESTINATION = "jms.destination.name";

const JNDI = ["java.naming.factory.initial", "java.naming.provider.url"];

/** Settings that are a number or, with variables, one for each record; with the largest number. */
const NUMBERS: Record<string, number> = {
    "jms.priority": 9,
    "jms.producer.priority": 9,
    "jms.time.to.live.ms": Number.MAX_SAFE_INTEGER,
    "jms.producer.time.to.live.ms": Number.MAX_SAFE_INTEGER,
    "jms.delivery.delay.ms": Number.MAX_SAFE_INTEGER,
};

/** True for a text with a variable of the record: `orders.${topic}`. */
export function hasVariable(value: string): boolean {
    return /\$\{[^}:]*\}/.test(value);
}

/** Rules on the settings of a JMS sink beside each other. `queues`: those of the stack's own broker, if the sink writes to it. */
export function jmsSinkProblems(sink: CompletedConnector, queues: string[] | undefined): Problem[] {
    return [...connectionProblems(sink), ...numberProblems(sink), ...exactlyOnceProblems(sink, queues)].map(
        (problem) => ({
            ...problem,
            path: `connectors.${sink.name}.config.${problem.path}`,
        }),
    );
}

/** The connection factory comes from JNDI, or has a class. */
function connectionProblems({ config }: CompletedConnector): Problem[] {
    const isByClass = FACTORY_CLASS in config;
    return JNDI.filter((key) => isByClass === key in config).map((key) => {
        if (!isByClass) {
            return { path: key, value: undefined, rule: "is missing", remedy: `set it, or ${FACTORY_CLASS}` };
        }
        const rule = "cannot be combined with jms.connection.factory.class";
        return { path: key, value: config[key], rule, remedy: "remove one of them" };
    });
}

function numberProblems({ config }: CompletedConnector): Problem[] {
    return Object.entries(NUMBERS).flatMap(([key, largest]) => {
        const value = config[key];
        if (value === undefined || hasReference(value) || hasVariable(value)) return [];
        if (/^\d+$/.test(value.trim()) && Number(value) <= largest) return [];
        const upTo = largest === Number.MAX_SAFE_INTEGER ? "of 0 or more" : `from 0 to ${largest}`;
        const remedy = "correct it, or take it from the record, such as ${header.NAME}";
        return [{ path: key, value, rule: `must be a whole number ${upTo}`, remedy }];
    });
}

function exactlyOnceProblems({ config }: CompletedConnector, queues: string[] | undefined): Problem[] {
    const queue = config[STATE_QUEUE];
    if (queue === undefined || hasReference(queue)) return [];
    const problems: Problem[] = [];
    if (config[DUPLICATE_DETECTION]?.toLowerCase() === "true") {
        const rule = "cannot be combined with exactly.once.state.queue";
        problems.push({ path: DUPLICATE_DETECTION, value: config[DUPLICATE_DETECTION], rule, remedy: "remove it" });
    }
    if (config[DELIVERY_MODE] === "non_persistent") {
        const rule =
            "cannot be combined with exactly.once.state.queue: a broker that restarts would have the state, and not the messages";
        problems.push({ path: DELIVERY_MODE, value: config[DELIVERY_MODE], rule, remedy: "set it to persistent" });
    }
    if (queue === config[DESTINATION] && config["jms.destination.type"] !== "topic") {
        const rule = "is the queue of jms.destination.name: consumers would take the states";
        problems.push({ path: STATE_QUEUE, value: queue, rule, remedy: "set it to another queue" });
    } else if (queues !== undefined && !queues.includes(queue)) {
        const rule = "is not in jmsBroker.queues";
        problems.push({ path: STATE_QUEUE, value: queue, rule, remedy: "add it to jmsBroker.queues" });
    }
    return problems;
}
