/**
 * The dynamic resource KafkaAccess: users, rules and quotas of a Kafka cluster.
 *
 * check compares the declaration with the cluster and prints what changes; diff sees a change by it; create and update make
 * what is missing before they remove; read returns what the cluster has.
 */
import { isDeepStrictEqual } from "node:util";
import { hasUnknown } from "@connect-cdc/connector/checks";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import {
    type AccessChanges,
    type AllowedOperations,
    canLogIn,
    changeAccess,
    type Quotas,
    readAccess,
    RefusedError,
} from "../servers/kafkaAccess";
import { done, Hopeless, waitFor } from "../servers/wait";
import { type AccessPlan, liveRules, planAccess } from "./kafkaAccessPlan";

export interface KafkaAccessInputs {
    /** Brokers' listeners for the operator. */
    targets: string[];
    /** For listeners with TLS: the operator's credentials. Secret. Default: the listeners have no TLS. */
    credentials?: Credentials;
    /** Brokers' listeners for users, to try passwords on a refresh. Default: passwords are not tried. */
    loginTargets?: string[];
    /** Passwords by user. Secret. */
    passwords: Record<string, string>;
    /** Quotas by user. */
    quotas: Record<string, Quotas>;
    /** Rules by principal: users, and members by the common names of their certificates. */
    rules: Record<string, AllowedOperations[]>;
}

const UP_SECONDS = 120;
const DELETE_SECONDS = 15;

/** The comparisons of this run, by inputs: `diff` follows `check` within it. */
const compared = new Map<string, AccessPlan>();

/** Compares the declaration with the cluster, and prints what changes. Brokers may be created by the same run. */
export async function check(
    olds: Partial<KafkaAccessInputs> | undefined,
    inputs: KafkaAccessInputs,
): Promise<{ inputs: KafkaAccessInputs; failures: { property: string; reason: string }[] }> {
    if (hasUnknown(inputs)) return { inputs, failures: [] };
    try {
        const plan = planAccess(await readAccess(inputs.targets, inputs.credentials), inputs, madeBy(olds));
        compared.set(keyOf(inputs), plan);
        if (plan.lines.length > 0) console.log(["access to Kafka:", ...plan.lines].join("\n    "));
        plan.notes.forEach((note) => console.log(`note: ${note}`));
    } catch (error) {
        if (error instanceof RefusedError) return { inputs, failures: [{ property: "", reason: error.message }] };
        if (olds?.rules === undefined) return { inputs, failures: [] };
        console.log(`note: users and rules of Kafka were not compared: ${messageOf(error)}. up compares them again`);
    }
    return { inputs, failures: [] };
}

/** Other addresses or credentials are an update that changes nothing in the cluster. */
export async function diff(
    _id: string,
    olds: KafkaAccessInputs,
    news: KafkaAccessInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = ["targets", "loginTargets", "credentials", "passwords", "quotas", "rules"] as const;
    const isChanged = keys.some((key) => !isDeepStrictEqual(olds[key], news[key]));
    return { changes: isChanged || (compared.get(keyOf(news))?.lines.length ?? 0) > 0, replaces: [] };
}

export async function create(inputs: KafkaAccessInputs): Promise<{ id: string; outs: KafkaAccessInputs }> {
    await settle(ID, inputs, undefined);
    return { id: ID, outs: inputs };
}

const ID = "kafka-access";

export async function update(
    id: string,
    olds: KafkaAccessInputs,
    news: KafkaAccessInputs,
): Promise<{ outs: KafkaAccessInputs }> {
    await settle(id, news, olds);
    return { outs: news };
}

async function settle(id: string, inputs: KafkaAccessInputs, olds: KafkaAccessInputs | undefined): Promise<void> {
    const { targets, credentials } = inputs;
    let changes: AccessChanges | undefined;
    const made = new Set<keyof AccessChanges>();
    try {
        await untilAnswer("access to Kafka", UP_SECONDS, async () => {
            ({ changes } = planAccess(await readAccess(targets, credentials), inputs, madeBy(olds)));
            await changeAccess(targets, credentials, changes, (part) => made.add(part));
        });
    } catch (error) {
        if (changes === undefined && olds === undefined) throw withoutStack(messageOf(error));
        const all = { ...olds?.passwords, ...inputs.passwords };
        const uncertain = made.has("passwords") ? {} : (changes?.passwords ?? {});
        // The next update must know all that may be in the cluster, and set the passwords that may not
        const properties = {
            ...inputs,
            passwords: Object.fromEntries(Object.entries(all).filter(([user]) => !Object.hasOwn(uncertain, user))),
            quotas: { ...olds?.quotas, ...inputs.quotas },
            rules: { ...olds?.rules, ...inputs.rules },
        };
        const reasons = [`${messageOf(error)}. The next "pulumi up" continues from here.`];
        throw Object.assign(withoutStack(messageOf(error)), { id, properties, reasons });
    }
}

/** The users, rules and quotas that the cluster has of the declared principals. */
export async function read(
    id: string,
    props: KafkaAccessInputs,
): Promise<{ id: string; props: KafkaAccessInputs; inputs: KafkaAccessInputs }> {
    const live = await untilAnswer("access to Kafka", UP_SECONDS, () => readAccess(props.targets, props.credentials));
    const users = Object.entries(props.passwords).filter(([user]) => live.users.includes(user));
    const valid = await Promise.all(users.map(([user, password]) => isValid(props, user, password)));
    const seen: KafkaAccessInputs = {
        ...props,
        passwords: Object.fromEntries(users.filter((_, i) => valid[i])),
        quotas: Object.fromEntries(Object.entries(live.quotas).filter(([user]) => Object.hasOwn(props.rules, user))),
        rules: liveRules(live.acls, props.rules),
    };
    const { __provider, ...inputs } = seen as KafkaAccessInputs & { __provider?: unknown };
    return { id, props: seen, inputs };
}

/** Kafka tells nobody a password: the only way to know is to log in. */
async function isValid(
    { loginTargets = [], credentials }: KafkaAccessInputs,
    user: string,
    password: string,
): Promise<boolean> {
    for (const target of loginTargets) {
        try {
            return await canLogIn(target, user, password, credentials?.ca);
        } catch (error) {
            console.log(`note: the password of ${user} was not tried: ${messageOf(error)}`);
        }
    }
    return true;
}

/** Removes what is of the declared principals. Without TLS no listener knows users: brokers may not answer any more. */
async function remove(_id: string, props: KafkaAccessInputs): Promise<void> {
    const { targets, credentials } = props;
    const none = { ...props, passwords: {}, quotas: {}, rules: {} };
    try {
        await untilAnswer("access to Kafka", DELETE_SECONDS, async () => {
            const { changes } = planAccess(await readAccess(targets, credentials), none, madeBy(props));
            await changeAccess(targets, credentials, changes, () => undefined);
        });
    } catch (error) {
        console.log(`warning: users and rules stay in Kafka: ${messageOf(error)}`);
    }
}
export { remove as delete };

/** What the state says was made before. */
function madeBy(
    olds: Partial<KafkaAccessInputs> | undefined,
): Pick<KafkaAccessInputs, "passwords" | "quotas" | "rules"> {
    return { passwords: olds?.passwords ?? {}, quotas: olds?.quotas ?? {}, rules: olds?.rules ?? {} };
}

async function untilAnswer<T>(what: string, timeoutSeconds: number, ask: () => Promise<T>): Promise<T> {
    const check = async () => {
        try {
            return done(await ask());
        } catch (error) {
            throw error instanceof RefusedError ? new Hopeless(error.message) : error;
        }
    };
    return waitFor(check, { what, timeoutSeconds, onProgress: console.log });
}

function withoutStack(text: string): Error {
    // Pulumi would print the stack
    return Object.assign(new Error(text), { stack: "" });
}

function keyOf({ credentials: _, ...inputs }: KafkaAccessInputs): string {
    return JSON.stringify(inputs);
}
