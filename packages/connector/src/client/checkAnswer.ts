import { isObject } from "../isObject";
import type { Outcome, Request } from "./sendRequest";

/** The form of Connect's answer to a request, as far as it is used here. */
interface Answer {
    request: RegExp;
    /** Ends the sentence "it must be". */
    rule: string;
    fits: (body: unknown) => boolean;
}

type Shape = (value: unknown) => boolean;

const isText: Shape = (value) => typeof value === "string";
const isListOf =
    (item: Shape): Shape =>
    (value) =>
        Array.isArray(value) && value.every(item);
const isMapOf =
    (item: Shape): Shape =>
    (value) =>
        isObject(value) && Object.values(value).every(item);
const has =
    (fields: Record<string, Shape>): Shape =>
    (value) =>
        isObject(value) && Object.entries(fields).every(([key, fits]) => fits(value[key]));
const maybe =
    (fits: Shape): Shape =>
    (value) =>
        value === undefined || fits(value);

// In 2.8 the value of a setting may be null
const isInfo = has({ name: isText, config: isMapOf((value) => value === null || isText(value)) });
const isStatus = has({
    connector: has({ state: isText }),
    tasks: isListOf(has({ id: Number.isInteger, state: isText })),
});

// In Kafka 2.8 to 4.3: ServerInfo, PluginInfo, ConnectorInfo, ConnectorStateInfo, ConfigInfos, TaskInfo, ConnectorOffsets
const ANSWERS: Answer[] = [
    {
        request: /^GET \/$/,
        rule: "an object with version and kafka_cluster_id",
        fits: has({ version: isText, kafka_cluster_id: isText }),
    },
    {
        request: /^GET \/connector-plugins(\?|$)/,
        rule: "a list of plugins with class",
        fits: isListOf(has({ class: isText })),
    },
    {
        request: /^PUT \/connector-plugins\/[^/]+\/config\/validate$/,
        rule: "an object with configs",
        fits: has({ configs: isListOf(has({ value: has({ name: isText, errors: maybe(isListOf(isText)) }) })) }),
    },
    { request: /^GET \/connectors$/, rule: "a list of names", fits: isListOf(isText) },
    {
        request: /^GET \/connectors\?expand=/,
        rule: "an object with info or status of each connector",
        fits: isMapOf(has({ info: maybe(isInfo), status: maybe(isStatus) })),
    },
    {
        request: /^(GET \/connectors\/[^/]+|POST \/connectors|PUT \/connectors\/[^/]+\/config)$/,
        rule: "an object with name and config",
        fits: isInfo,
    },
    {
        request: /^GET \/connectors\/[^/]+\/status$/,
        rule: "an object with connector and tasks, and their states",
        fits: isStatus,
    },
    {
        request: /^GET \/connectors\/[^/]+\/tasks$/,
        rule: "a list of tasks with id and config",
        fits: isListOf(has({ id: has({ task: Number.isInteger }), config: isObject })),
    },
    {
        request: /^GET \/connectors\/[^/]+\/topics$/,
        rule: "an object with the connector's topics",
        fits: isMapOf(has({ topics: isListOf(isText) })),
    },
    {
        request: /^GET \/connectors\/[^/]+\/offsets$/,
        rule: "an object with offsets",
        fits: has({ offsets: isListOf(has({ partition: isObject })) }),
    },
];

/**
 * Returns the answer, or an error when its JSON does not come from Connect but from a gateway or another service. For a
 * question the error is final; for a change it is not known whether it was made.
 */
export function checkAnswer(request: Request, outcome: Outcome): Outcome {
    if (!outcome.ok || outcome.body === undefined) {
        return outcome;
    }
    const what = `${request.method} ${request.path}`;
    const answer = ANSWERS.find((known) => known.request.test(what));
    if (!answer || answer.fits(outcome.body)) {
        return outcome;
    }
    const isQuestion = request.method === "GET" || what.endsWith("/validate");
    const { status, body } = outcome;
    const detail = `${status} with JSON that is not Kafka Connect's: it must be ${answer.rule}. Check that the URL is that of Connect's REST API`;
    return { ok: false, kind: isQuestion ? "refused" : "ambiguous", detail, answered: false, status, body };
}
