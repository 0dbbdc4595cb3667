import { isObject } from "../isObject";
import { ConnectError, kindOfAnswer } from "./errors";
import type { Answer, Service } from "./service";
import { has, isListOf, isMapOf, isText, maybe } from "./shapes";

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

/** Connect's REST API, as its workers answer it. */
export const CONNECT: Service = {
    api: "Connect's REST API",
    foreign: "with JSON that is not Kafka Connect's",
    silent: "no worker has answered for",
    server: "worker",
    urls: "restUrls",
    answers: ANSWERS,
    kindOfAnswer,
    error: ConnectError,
};
