import { authFaults, ConnectAuth } from "../client/auth";
import type { OnNewKafkaCluster } from "../position/kafkaIdentity";
import type { OnSilentCluster } from "../position/sameCluster";
import type { Adopt } from "../provider/ownership";
import { ConnectorSpec } from "../lifecycle/createConnector";
import { mayHaveNoTask } from "../lifecycle/mayHaveNoTask";
import type { OnDelete } from "./checkOnDelete";
import { suggest } from "../checks/nearest";
import { holdsPassword, isInTheClear, isPasswordKey } from "../checks/passwordKeys";
import type { OnPositionLoss } from "../position/positionLoss";
import { withoutUserInfo } from "../client/redact";
import { DesiredState } from "../client/types";
import { isObject } from "../isObject";

/** What Pulumi puts in the place of a value that is not known before `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The inputs of a connector resource, after {@link checkInputs}. */
export interface ConnectorInputs {
    name: string;
    cluster: string;
    restUrls: string[];
    class: string;
    tasksMax: number;
    minTasks: number;
    config: Record<string, string>;
    sensitiveConfig?: Record<string, string>;
    secrets: Record<string, string>;
    state: DesiredState;
    adopt: Adopt;
    /** `<project>/<stack>` of the program. */
    stack?: string;
    timeoutSeconds: number;
    auth?: ConnectAuth;
    onDelete?: OnDelete;
    onPositionLoss?: OnPositionLoss;
    onNewKafkaCluster?: OnNewKafkaCluster;
    onSilentCluster?: OnSilentCluster;
    positionKeys?: string[];
    renamedFrom?: string;
}

/** What is wrong with one input. */
export interface InputFault {
    /** Path of the input: `config["tasks.max"]`. */
    property: string;
    /** What is wrong and what to do; names the property. */
    reason: string;
    /**
     * Why it is a password in the clear: `name` as far as the setting's name tells, and the plugin's definition knows better;
     * `value` by its value.
     */
    passwordBy?: "name" | "value";
}

/** Settings that have an argument of their own. */
const OWN_ARGUMENT: Record<string, string> = {
    name: "name",
    "connector.class": "class",
    "tasks.max": "tasksMax",
};
/** The arguments of a connector. A new one does not compile until it is here. */
export const ARGUMENTS: Record<keyof ConnectorInputs | "checkLive", true> = {
    name: true,
    cluster: true,
    restUrls: true,
    class: true,
    tasksMax: true,
    minTasks: true,
    config: true,
    sensitiveConfig: true,
    secrets: true,
    state: true,
    adopt: true,
    stack: true,
    timeoutSeconds: true,
    auth: true,
    onDelete: true,
    onPositionLoss: true,
    onNewKafkaCluster: true,
    onSilentCluster: true,
    positionKeys: true,
    renamedFrom: true,
    checkLive: true,
};
const DEFAULTS = {
    tasksMax: 1,
    config: {},
    secrets: {},
    state: "running",
    adopt: false,
    timeoutSeconds: 300,
};

/**
 * Checks the inputs of a connector resource, fills in defaults and makes every setting a text. Values that are not known
 * yet pass.
 *
 * @returns the inputs as they are to be used, and all faults at once.
 */
export function checkInputs(given: Record<string, unknown>): { inputs: Record<string, unknown>; faults: InputFault[] } {
    const minTasks = mayHaveNoTask(given["class"]) ? 0 : 1;
    const inputs: Record<string, unknown> = { ...DEFAULTS, minTasks, ...withoutUndefined(given) };
    const faults = unknownArguments(inputs);
    const check = (property: string, right: (value: unknown) => boolean, rule: string) => {
        const value = inputs[property];
        if (value !== UNKNOWN && !right(value)) {
            const found = value === undefined ? "is missing" : `is ${withoutUserInfo(JSON.stringify(value))}`;
            faults.push({ property, reason: `${property} ${found}; it must be ${rule}` });
        }
    };
    check("name", isText, "the connector's name");
    check("cluster", isText, "a name for the Connect cluster, such as its group id");
    check("restUrls", isUrlList, "a list of one or more http:// or https:// URLs");
    if (hasUserInfo(inputs["restUrls"])) {
        const reason = "restUrls holds a user or a password, which every message would show; put them into auth.basic";
        faults.push({ property: "restUrls", reason });
    }
    faults.push(...authFaults(inputs["auth"]));
    check("class", isText, "the connector's Java class");
    check("tasksMax", (value) => isCount(value, 1), "a whole number, 1 or more");
    check("minTasks", (value) => isCount(value, 0), "a whole number, 0 or more");
    if (isCount(inputs["tasksMax"], 1) && isCount(inputs["minTasks"], Number(inputs["tasksMax"]) + 1)) {
        const reason = `minTasks is ${inputs["minTasks"]}; it must be at most tasksMax (${inputs["tasksMax"]}): more tasks never run`;
        faults.push({ property: "minTasks", reason });
    }
    check("state", (value) => isOneOf(value, ["running", "paused", "stopped"]), "running, paused or stopped");
    check("adopt", (value) => [true, false, "equal", "import"].includes(value as Adopt), 'true, false or "equal"');
    check("timeoutSeconds", (value) => typeof value === "number" && value > 0, "a number of seconds above 0");
    check("config", isObject, "an object of settings");
    check("positionKeys", isOptional(isTextList), "a list of keys of config");
    check("renamedFrom", isOptional(isText), "the name that the connector had before");
    if (inputs["renamedFrom"] !== undefined && inputs["renamedFrom"] === inputs["name"]) {
        faults.push({ property: "renamedFrom", reason: "renamedFrom is the name itself; it must be the one before" });
    }
    if (isObject(inputs["secrets"])) {
        for (const [name, value] of Object.entries(inputs["secrets"])) {
            if (typeof value !== "string") {
                const property = `secrets["${name}"]`;
                faults.push({ property, reason: `${property} must be a text` });
            }
        }
    }
    const { config, sensitiveConfig } = inputs;
    if (isObject(config)) {
        inputs["config"] = asTexts(config);
        faults.push(...settingFaults("config", config), ...passwordFaults(config));
    }
    if (isObject(sensitiveConfig)) {
        inputs["sensitiveConfig"] = asTexts(sensitiveConfig);
        faults.push(...settingFaults("sensitiveConfig", sensitiveConfig));
        const twice = Object.keys(sensitiveConfig).filter((key) => isObject(config) && Object.hasOwn(config, key));
        for (const property of twice.map((key) => `sensitiveConfig["${key}"]`)) {
            faults.push({ property, reason: `${property} is in config, too; leave it out of one of them` });
        }
    } else if (sensitiveConfig !== undefined && sensitiveConfig !== UNKNOWN) {
        // Its value may be a secret
        faults.push({ property: "sensitiveConfig", reason: "sensitiveConfig must be an object of settings" });
    }
    return { inputs, faults };
}

/** `__provider` is the resource's own: the text that loads the provider. */
function unknownArguments(given: Record<string, unknown>): InputFault[] {
    const known = Object.keys(ARGUMENTS);
    return Object.keys(given)
        .filter((key) => key !== "__provider" && !known.includes(key))
        .map((key) => ({ property: key, reason: `${key} is no argument of a Connector; ${suggest(key, known)}` }));
}

/** The part of the inputs that Connect is told about. */
export function specOf(inputs: ConnectorInputs): ConnectorSpec {
    const { name, tasksMax, minTasks, config, sensitiveConfig, state } = inputs;
    return { name, class: inputs.class, tasksMax, minTasks, config, sensitiveConfig, state };
}

/** True when the whole value, or a part of it, is not known before `up`. */
export function hasUnknown(value: unknown): boolean {
    if (typeof value === "object" && value !== null) {
        return Object.values(value).some(hasUnknown);
    }
    return value === UNKNOWN;
}

function asTexts(settings: Record<string, unknown>): Record<string, unknown> {
    const isScalar = (value: unknown) => ["number", "boolean"].includes(typeof value);
    return Object.fromEntries(
        Object.entries(settings)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key, isScalar(value) ? String(value) : value]),
    );
}

/** What Connect does not take, whatever the connector is. */
function settingFaults(argument: string, settings: Record<string, unknown>): InputFault[] {
    return Object.entries(settings).flatMap(([key, value]) => {
        const property = `${argument}["${key}"]`;
        const rule = ruleAgainst(key, value);
        return rule ? [{ property, reason: `${property} ${rule}` }] : [];
    });
}

function passwordFaults(config: Record<string, unknown>): InputFault[] {
    return Object.entries(config).flatMap(([key, value]) => {
        if (typeof value !== "string" || value === UNKNOWN) {
            return [];
        }
        if (holdsPassword(value)) {
            return [{ ...passwordFault(key), passwordBy: "value" as const }];
        }
        return isPasswordKey(key) && isInTheClear(value) ? [passwordFault(key)] : [];
    });
}

function ruleAgainst(key: string, value: unknown): string | undefined {
    if (Object.hasOwn(OWN_ARGUMENT, key)) {
        return `must not be there: the argument ${OWN_ARGUMENT[key]} sets it`;
    }
    if (value === null) {
        return "is null, which Connect does not take; leave the key out instead";
    }
    if (typeof value === "object") {
        return `is ${Array.isArray(value) ? "a list" : "an object"}; Connect takes texts, numbers, true and false`;
    }
    if (typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
        return `is ${value}, a number that JavaScript does not hold exactly; write it as a text`;
    }
    return undefined;
}

/** What is wrong with a password that stands in a config. */
export function passwordFault(key: string): InputFault {
    const property = `config["${key}"]`;
    const reason =
        `${property} is a password in the clear, or holds one: everybody who reaches the REST API or the config topic would read ` +
        "it. Put it where a config provider of the workers finds it, and refer to it, such as ${directory:/folder:name}; where " +
        "the workers have none, write the setting into sensitiveConfig";
    return { property, reason, passwordBy: "name" };
}

function withoutUndefined(given: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
}

function isText(value: unknown): boolean {
    return typeof value === "string" && value.trim() !== "";
}

function isTextList(value: unknown): boolean {
    return Array.isArray(value) && value.every((text) => text === UNKNOWN || isText(text));
}

function isOptional(right: (value: unknown) => boolean) {
    return (value: unknown) => value === undefined || right(value);
}

function isCount(value: unknown, least: number): boolean {
    return typeof value === "number" && Number.isInteger(value) && value >= least;
}

function isOneOf(value: unknown, allowed: string[]): boolean {
    return typeof value === "string" && allowed.includes(value);
}

function isUrlList(value: unknown): boolean {
    return (
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((url) => url === UNKNOWN || (typeof url === "string" && /^https?:\/\/[^\s/]+/.test(url)))
    );
}

function hasUserInfo(urls: unknown): boolean {
    return Array.isArray(urls) && urls.some((url) => typeof url === "string" && withoutUserInfo(url) !== url);
}
