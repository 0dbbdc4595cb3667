import { SeededRandom } from "../seededRandom";
import { Fault } from "../workers/faults";

const answer = (status: number, message: string, done = false): Fault => ({ kind: "answer", status, message, done });
const page = (status: number, html: string): Fault => ({ kind: "answer", status, html });

/** The texts are Kafka's, from 2.5 to 4.x. */
const ANSWERS: Fault[] = [
    answer(
        409,
        "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)",
    ),
    answer(409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"),
    answer(
        409,
        "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.",
    ),
    answer(409, "Request cannot be completed because a rebalance is expected"),
    answer(500, "Request cannot be completed because a rebalance is expected"),
    answer(500, "Request timed out"),
    answer(500, "Request timed out", true),
    answer(500, "Request timed out. The worker is currently flushing updates to the status topic", true),
    answer(500, "IO Error trying to forward REST request: java.net.ConnectException: Connection refused"),
    answer(500, "IO Error trying to forward REST request: java.net.SocketTimeoutException", true),
    answer(500, "java.lang.NullPointerException"),
    answer(500, "java.lang.NullPointerException", true),
    page(404, "<html><head><title>Error 404 Not Found</title></head></html>"),
    page(502, "<html><h1>502 Bad Gateway</h1></html>"),
    page(503, "<html><h1>503 Service Unavailable</h1></html>"),
];
const BROKEN: Fault[] = [
    { kind: "reset" },
    { kind: "reset", done: true },
    { kind: "cut" },
    { kind: "hang" },
    { kind: "hang", done: true },
    { kind: "slow", ms: 3000 },
];
const KILLS: Fault[] = [{ kind: "kill" }, { kind: "kill", done: true }];

/** How faulty a time is. */
export interface Weather {
    /** How often a request meets a fault, of 1. */
    rate: number;
    /** How often that fault is the death of the worker, of 1. */
    kills: number;
    /** Values that an unknown error discloses. */
    secrets?: string[];
}

/** Faults of one request after the other; the same one may come several times in a row, as in life. */
export function randomFaults(random: SeededRandom, { rate, kills, secrets = [] }: Weather): () => Fault | undefined {
    const leak = answer(500, `Unexpected config {password=${secrets.join(",")}}`);
    const kinds = [...ANSWERS, ...BROKEN, leak];
    let fault: Fault | undefined;
    let left = 0;
    return () => {
        if (left > 0) {
            left--;
        } else if (random.chance(rate)) {
            const isKill = random.chance(kills);
            fault = random.pick(isKill ? KILLS : kinds);
            left = isKill ? 0 : random.below(random.pick([1, 1, 6]));
        } else {
            fault = undefined;
        }
        return fault;
    };
}
