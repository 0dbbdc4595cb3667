/*
 * The functions of the dynamic provider of the resource `Subject`.
 */
import { isDeepStrictEqual } from "node:util";
import type { ConnectAuth } from "./client/auth";
import { RequestError } from "./client/errors";
import { checkSubject } from "./inputs/checkSubject";
import { hasUnknown } from "./inputs/unknown";
import { explainIncompatibility, findIncompatibility } from "./registry/incompatibility";
import { openRegistry, type Registry } from "./registry/registry";
import { RegistryError } from "./registry/registryService";
import type { Compatibility, Schema, SchemaVersion } from "./registry/schema";

interface Inputs {
    registryUrls: string[];
    auth?: ConnectAuth;
    subject: string;
    schema?: Schema;
    compatibility?: Compatibility;
    hardDelete: boolean;
    timeoutSeconds: number;
}

interface Outputs extends Inputs {
    /** 0: the subject has none. */
    version: number;
    schemaId: number;
}

/** A preview does not wait longer for the registry, s. */
const PREVIEW_SECONDS = 3;
/** How long no answer is awaited by `up`, s. */
const SILENCE_SECONDS = 60;

/** The subjects that differ from their declaration in this run, by inputs: `diff` follows `check` within it. */
const differing = new Set<string>();

/**
 * Asks the registry whether a changed schema is compatible. A registry that does not answer is no problem: it may be created by
 * the same run.
 */
export async function check(
    olds: Partial<Inputs> | undefined,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const invalid = checkSubject({ ...inputs }).map(({ reason }) => reason);
    const failures = invalid.length > 0 || hasUnknown(inputs) ? invalid : await checkRegistry(olds, inputs);
    // With a property Pulumi would show its value, which may be the credentials
    return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
}

async function checkRegistry(olds: Partial<Inputs> | undefined, inputs: Inputs): Promise<string[]> {
    const { subject, schema, compatibility } = inputs;
    const limits = { limitSeconds: PREVIEW_SECONDS, silenceSeconds: PREVIEW_SECONDS };
    const registry = open(inputs, limits);
    differing.delete(keyOf(inputs));
    try {
        const [latest, ownLevel] = await Promise.all([registry.version(subject), registry.ownLevel(subject)]);
        const level = ownLevel ?? (await registry.level());
        const isOther = compatibility !== undefined && compatibility !== ownLevel;
        const isAdopted = olds?.subject !== subject;
        if (isOther && !isAdopted) differing.add(keyOf(inputs));
        if (!latest) {
            if (schema && !isAdopted) differing.add(keyOf(inputs));
            return [];
        }
        if (isAdopted) console.log(`note: subject "${subject}" exists, version ${latest.version}: it is taken over`);
        if (!schema) return [];
        const found = await registry.find(subject, schema);
        if (found) {
            noteNewer(found, latest);
            return [];
        }
        differing.add(keyOf(inputs));
        if (isOther && compatibility === "NONE") return [];
        if (isOther) {
            const text = `is checked by ${level} now, and by compatibility ${compatibility} in up`;
            console.log(`note: the new schema of subject "${subject}" ${text}`);
        }
        const problem = await findIncompatibility(registry, subject, schema, level);
        return problem === undefined ? [] : [`subject "${subject}": ${problem}`];
    } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        // The registry has read the schema, and cannot take it
        if (error.kind === "invalid") return [`subject "${subject}": ${error.message}`];
        console.log(
            `note: subject "${subject}" was not compared with the registry: ${error.message}. up compares it again`,
        );
        return [];
    }
}

/** A registry never makes an older version the newest again. */
function noteNewer(found: SchemaVersion, latest: SchemaVersion): void {
    if (found.version === latest.version) return;
    const text = `has version ${latest.version} by another client; the declared schema is version ${found.version}`;
    console.log(`note: subject "${found.subject}" ${text}`);
}

export async function diff(
    _id: string,
    olds: Outputs,
    news: Inputs,
): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = [
        "registryUrls",
        "auth",
        "subject",
        "schema",
        "compatibility",
        "hardDelete",
        "timeoutSeconds",
    ] as const;
    return {
        changes: differing.has(keyOf(news)) || keys.some((key) => !isDeepStrictEqual(olds[key], news[key])),
        replaces: olds.subject === news.subject ? [] : ["subject"],
    };
}

export async function create(inputs: Inputs): Promise<{ id: string; outs: Outputs }> {
    return { id: inputs.subject, outs: await settle(inputs, undefined) };
}

export async function update(_id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }> {
    return { outs: await settle(news, olds) };
}

async function settle(inputs: Inputs, olds: Outputs | undefined): Promise<Outputs> {
    const { subject, schema } = inputs;
    const registry = openForUp(inputs);
    // Pulumi's wire format has no undefined
    let isTouched = olds !== undefined;
    let written: Outputs = { ...inputs, version: olds?.version ?? 0, schemaId: olds?.schemaId ?? 0 };
    try {
        const latest = await registry.version(subject);
        if (latest) {
            isTouched ||= inputs.compatibility !== undefined;
            await setLevel(registry, inputs, olds);
        }
        const registered = schema ? await register(registry, inputs) : latest;
        written = { ...inputs, version: registered?.version ?? 0, schemaId: registered?.id ?? 0 };
        if (!latest) await setLevel(registry, inputs, olds);
        return written;
    } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        const text = `subject "${subject}": ${error.message}`;
        const shown = new Error(text);
        // Pulumi would print the stack
        shown.stack = "";
        if (!isTouched && !error.mayHaveHappened && written.version === 0) throw shown;
        const reasons = [`${text}. The next "pulumi up" continues from here.`];
        throw Object.assign(shown, { id: subject, properties: { ...written }, reasons });
    }
}

/** A level that is not declared any more goes back to the registry's. */
async function setLevel(
    registry: Registry,
    { subject, compatibility }: Inputs,
    olds: Outputs | undefined,
): Promise<void> {
    const isLeft = compatibility === undefined && olds?.compatibility !== undefined;
    if (isLeft || (compatibility !== undefined && compatibility !== (await registry.ownLevel(subject)))) {
        await registry.setOwnLevel(subject, compatibility);
    }
}

async function register(registry: Registry, { subject, schema }: Inputs): Promise<SchemaVersion> {
    try {
        return await registry.register(subject, schema!);
    } catch (error) {
        if (!(error instanceof RegistryError) || error.kind !== "invalid") throw error;
        throw new RegistryError("invalid", await refusal(registry, subject, schema!, error), false, error.code);
    }
}

/** Why the registry has refused a schema. */
async function refusal(registry: Registry, subject: string, schema: Schema, error: RegistryError): Promise<string> {
    if (error.code === 409) {
        const level = (await registry.ownLevel(subject)) ?? (await registry.level());
        return explainIncompatibility(registry, { subject, schema, level }, error.message.replace(/^.*?: 409 /s, ""));
    }
    for (const { subject: other, version } of schema.references ?? []) {
        if (!(await registry.version(other, version))) {
            return `schema.references names version ${version} of subject "${other}", which does not exist. Create it first: set subject and version to the outputs of its resource`;
        }
    }
    return `${error.message}. Correct schema.text: it must be a valid schema of type ${schema.type}`;
}

/** The live level and version. A subject with a declared schema that has no version any more counts as deleted. */
export async function read(id: string, props: Outputs): Promise<{ id?: string; props?: Outputs; inputs?: Inputs }> {
    const { subject, schema } = props;
    const registry = openForUp(props);
    const latest = await registry.version(subject);
    if (schema && !latest) return {};
    const level = await registry.ownLevel(subject);
    const declared = schema && (await registry.find(subject, schema));
    const found = declared ?? latest;
    const { compatibility, ...rest } = props;
    const seen: Outputs = { ...rest, version: found?.version ?? 0, schemaId: found?.id ?? 0 };
    if (compatibility !== undefined && level !== undefined) seen.compatibility = level;
    if (schema && found && !declared) seen.schema = withoutIdentity(found);
    const { version: _, schemaId: __, __provider, ...inputs } = seen as Outputs & { __provider?: unknown };
    return { id, props: seen, inputs };
}

function withoutIdentity({ type, text, references = [] }: SchemaVersion): Schema {
    return references.length > 0 ? { type, text, references } : { type, text };
}

async function remove(_id: string, props: Outputs): Promise<void> {
    const { subject, schema, compatibility, hardDelete } = props;
    const registry = openForUp(props);
    try {
        // The level would outlive a soft deletion
        if (compatibility !== undefined) await registry.setOwnLevel(subject, undefined);
        // Without a declared schema the versions are those of producers
        if (schema || hardDelete) await registry.remove(subject, hardDelete);
    } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        const referrers = error.code === REFERENCED ? await registry.referrers(subject) : undefined;
        if (referrers?.length === 0 && !hardDelete) {
            console.log(`note: subject "${subject}" stays: subjects that were deleted softly refer to its schema`);
            return;
        }
        const remedy =
            referrers !== undefined
                ? `Delete the subjects first whose schemas refer to it, ${referrers.join(", ") || "permanently"}`
                : "Start the registry and repeat, or remove the resource from the state: pulumi state delete <its URN>";
        throw Object.assign(new Error(`subject "${subject}" cannot be deleted: ${error.message}. ${remedy}`), {
            stack: "",
        });
    }
}
export { remove as delete };

/** `error_code` of a deletion while other subjects refer to the schema. */
const REFERENCED = 42_206;

function openForUp(inputs: Inputs): Registry {
    return open(inputs, { limitSeconds: inputs.timeoutSeconds, silenceSeconds: SILENCE_SECONDS });
}

function open(
    { registryUrls, auth, subject }: Inputs,
    limits: { limitSeconds: number; silenceSeconds: number },
): Registry {
    const write = (line: string) => console.log(line);
    return openRegistry({ registryUrls, auth, subject: `subject "${subject}"`, write, ...limits });
}

function keyOf({ subject, schema, compatibility, registryUrls }: Inputs): string {
    return JSON.stringify([registryUrls, subject, schema, compatibility]);
}
