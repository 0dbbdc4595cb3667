import { suggest } from "../checks/nearest";
import { holdsPassword, isPasswordKey, isPlainText } from "../checks/passwordKeys";
import { withoutUserInfo } from "../client/redact";
import { isObject } from "../isObject";
import { mayHaveNoTask } from "../lifecycle/mayHaveNoTask";
import { checkAuth } from "./checkAuth";
import { ARGUMENTS } from "./connectorInputs";
import { type InputProblem, isText, mustBe, oneOf, optional, problem, type Rule, secretMustBe } from "./rules";
import { isUnknown } from "./unknown";

/** Settings that are arguments. */
const ARGUMENT_OF: Record<string, string> = { name: "name", "connector.class": "class", "tasks.max": "tasksMax" };
const DEFAULTS = {
    tasksMax: 1,
    config: {},
    secrets: {},
    state: "running",
    adopt: false,
    timeoutSeconds: 300,
};

const isTextList = (value: unknown) =>
    Array.isArray(value) && value.every((element) => isUnknown(element) || isText(element));
const isTextObject = (value: unknown) =>
    isObject(value) && Object.values(value).every((element) => isUnknown(element) || typeof element === "string");
const isUrl = (value: unknown) => typeof value === "string" && /^https?:\/\/[^\s/]+/.test(value);
const isUrlList = (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((url) => isUnknown(url) || isUrl(url));
const hasUserInfo = (urls: unknown) =>
    Array.isArray(urls) && urls.some((url) => typeof url === "string" && withoutUserInfo(url) !== url);
const isWhole = (value: unknown, least: number): value is number => Number.isInteger(value) && Number(value) >= least;

const RULES: Record<string, Rule> = {
    name: mustBe("the connector's name", isText),
    cluster: mustBe("a name for the Connect cluster, such as its group id", isText),
    restUrls: (value, property) => [
        ...mustBe("a list of one or more http:// or https:// URLs", isUrlList)(value, property),
        ...(hasUserInfo(value)
            ? [problem(property, "contains a user or a password, which messages would show; use auth.basic instead")]
            : []),
    ],
    auth: checkAuth,
    class: mustBe("the connector's Java class", isText),
    tasksMax: mustBe("a whole number, 1 or more", (value) => isWhole(value, 1)),
    minTasks: mustBe("a whole number, 0 or more", (value) => isWhole(value, 0)),
    state: mustBe("running, paused or stopped", (value) => ["running", "paused", "stopped"].includes(value as string)),
    adopt: mustBe('true, false or "equal"', (value) => [true, false, "equal", "import"].includes(value as string)),
    timeoutSeconds: mustBe("a number of seconds above 0", (value) => typeof value === "number" && value > 0),
    config: mustBe("an object of settings", isObject),
    // Its value may be a secret
    sensitiveConfig: optional(secretMustBe("an object of settings", isObject)),
    positionKeys: optional(mustBe("a list of keys of config", isTextList)),
    triggers: optional(mustBe("an object of texts", isTextObject)),
    renamedFrom: optional(mustBe("the connector's previous name", isText)),
    onPositionLoss: oneOf("refuse", "startAnew"),
    onNewKafkaCluster: oneOf("refuse", "recreate"),
    onSilentCluster: oneOf("refuse", "recreate"),
};

/**
 * Checks the inputs of a connector resource, fills in defaults and converts every setting to text. Values that are not known
 * yet are valid.
 *
 * @returns the inputs to use, and all problems at once.
 */
export function checkInputs(given: Record<string, unknown>): {
    inputs: Record<string, unknown>;
    problems: InputProblem[];
} {
    const minTasks = mayHaveNoTask(given["class"]) ? 0 : 1;
    const inputs: Record<string, unknown> = { ...DEFAULTS, minTasks, ...withoutUndefined(given) };
    const { config, sensitiveConfig } = inputs;
    const problems = [
        ...unknownArguments(inputs),
        ...Object.entries(RULES).flatMap(([property, rule]) => rule(inputs[property], property)),
        ...relationProblems(inputs),
        ...secretProblems(inputs["secrets"]),
    ];
    if (isObject(config)) {
        inputs["config"] = asTexts(config);
        problems.push(...settingProblems("config", config), ...passwordProblems(config));
    }
    if (isObject(sensitiveConfig)) {
        inputs["sensitiveConfig"] = asTexts(sensitiveConfig);
        const twice = Object.keys(sensitiveConfig).filter((key) => isObject(config) && Object.hasOwn(config, key));
        problems.push(
            ...settingProblems("sensitiveConfig", sensitiveConfig),
            ...twice.map((key) =>
                problem(`sensitiveConfig["${key}"]`, "is in config, too; remove it from one of them"),
            ),
        );
    }
    return { inputs, problems };
}

/** `__provider` is the resource's own: the text that loads the provider. */
function unknownArguments(given: Record<string, unknown>): InputProblem[] {
    const known = Object.keys(ARGUMENTS);
    return Object.keys(given)
        .filter((key) => key !== "__provider" && !known.includes(key))
        .map((key) => problem(key, `is not an argument of Connector; ${suggest(key, known)}`));
}

function relationProblems({ tasksMax, minTasks, name, renamedFrom }: Record<string, unknown>): InputProblem[] {
    const problems: InputProblem[] = [];
    if (isWhole(tasksMax, 1) && isWhole(minTasks, tasksMax + 1)) {
        const text = `is ${minTasks}; it must be at most tasksMax (${tasksMax}): more tasks never run`;
        problems.push(problem("minTasks", text));
    }
    if (renamedFrom !== undefined && renamedFrom === name) {
        problems.push(problem("renamedFrom", "is the current name; it must be the previous one"));
    }
    return problems;
}

function secretProblems(secrets: unknown): InputProblem[] {
    const rule = secretMustBe("text", (value) => typeof value === "string");
    return isObject(secrets)
        ? Object.entries(secrets).flatMap(([name, value]) => rule(value, `secrets["${name}"]`))
        : [];
}

function asTexts(settings: Record<string, unknown>): Record<string, unknown> {
    const isScalar = (value: unknown) => ["number", "boolean"].includes(typeof value);
    return Object.fromEntries(
        Object.entries(settings)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key, isScalar(value) ? String(value) : value]),
    );
}

/** Settings that Connect refuses for every connector. */
function settingProblems(argument: string, settings: Record<string, unknown>): InputProblem[] {
    return Object.entries(settings).flatMap(([key, value]) => {
        const text = refusal(key, value);
        return text === undefined ? [] : [problem(`${argument}["${key}"]`, text)];
    });
}

function refusal(key: string, value: unknown): string | undefined {
    if (Object.hasOwn(ARGUMENT_OF, key)) {
        return `must not be set: the argument ${ARGUMENT_OF[key]} sets it`;
    }
    if (value === null) {
        return "is null, which Connect refuses; remove the key instead";
    }
    if (typeof value === "object") {
        return `is ${Array.isArray(value) ? "a list" : "an object"}; Connect accepts texts, numbers, true and false`;
    }
    if (typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
        return `is ${value}, a number that JavaScript cannot represent exactly; write it as text`;
    }
    return undefined;
}

function passwordProblems(config: Record<string, unknown>): InputProblem[] {
    return Object.entries(config).flatMap(([key, value]): InputProblem[] => {
        if (typeof value !== "string" || isUnknown(value)) {
            return [];
        }
        if (holdsPassword(value)) {
            return [{ ...passwordProblem(key), passwordBy: "value" }];
        }
        return isPasswordKey(key) && isPlainText(value) ? [passwordProblem(key)] : [];
    });
}

/** The problem of a plain-text password in a config. */
export function passwordProblem(key: string): InputProblem {
    const text =
        "is a plain-text password, or contains one: everyone with access to the REST API or the config topic can read it. " +
        "Store it where a config provider of the workers finds it, and write a reference such as ${directory:/folder:name}; if " +
        "the workers have no config provider, move the setting to sensitiveConfig";
    return { ...problem(`config["${key}"]`, text), passwordBy: "name" };
}

function withoutUndefined(given: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
}
