import type { ConnectAuth } from "../client/auth";
import { secretsOfAuth } from "../client/auth";
import { RestClient } from "../client/client";
import { Deadline, systemClock } from "../client/clock";
import { Progress } from "../client/progress";
import { Redactor } from "../client/redact";
import type { Request } from "../client/sendRequest";
import { REGISTRY, RegistryError } from "./registryService";
import type { Compatibility, Schema, SchemaReference, SchemaType, SchemaVersion } from "./schema";

/** Arguments of {@link openRegistry}. */
export interface RegistryOptions {
    /** URLs of one registry: `http://localhost:8081`, of Apicurio Registry `http://localhost:8080/apis/ccompat/v7`. */
    registryUrls: string[];
    /** Limit of everything that is done with this client, s. */
    limitSeconds: number;
    /** How long the registry may not answer before the client gives up, s. Default 60. */
    silenceSeconds?: number;
    /** Credentials. Default: none. */
    auth?: ConnectAuth;
    /** Subject of the progress lines. Default `schema registry`. */
    subject?: string;
    /** Receives the progress lines of long waits. Default: they are dropped. */
    write?: (line: string) => void;
}

/** Creates a client of a schema registry, for one operation. */
export function openRegistry(options: RegistryOptions): Registry {
    const { registryUrls, limitSeconds, silenceSeconds, auth, subject = "schema registry" } = options;
    const deadline = new Deadline(systemClock, limitSeconds);
    const redactor = new Redactor(secretsOfAuth(auth));
    const progress = new Progress(subject, deadline, options.write ?? (() => undefined));
    const urls = registryUrls.map((url) => url.replace(/\/+$/, ""));
    return new Registry(new RestClient(REGISTRY, urls, { deadline, redactor, progress, auth, silenceSeconds }));
}

/** What the registry says of a schema for a subject. */
export interface CompatibilityAnswer {
    isCompatible: boolean;
    /** The registry's reasons; empty when it gives none. */
    reasons: string[];
}

interface VersionAnswer {
    id: number;
    subject: string;
    version: number;
    schema: string;
    /** Absent for AVRO. */
    schemaType?: SchemaType;
    references?: SchemaReference[];
}

/**
 * Confluent's API v7, one method per use. Every method throws a {@link RegistryError} whose message has no secret.
 *
 * Apicurio Registry 3.0.9 differs from Confluent's registry:
 * - `GET /mode`, `/schemas/ids/{id}/subjects` and `/schemas/ids/{id}?subject=` do not exist or are ignored, and
 *   `GET /schemas/ids/{id}` does not tell the type of the schema;
 * - the check of compatibility for an unknown subject is answered with 40401 and 40402, and not with `is_compatible: true`. It gives no
 *   reasons (2.6.13 has them in `reason`, and not in `messages`);
 * - it is answered with 42201 for a schema of AVRO that refers to others, which can be registered nevertheless;
 * - `GET /config/{subject}` answers `NONE` for a subject without a level of its own, also with `defaultToGlobal=true`, and
 *   `GET /config` where the level is one of its settings;
 * - `NONE` removes the subject's own level, so that of the registry holds. Only Apicurio's own API can set the rule
 *   `NONE`, and remove it. For a subject that does not exist yet it can only change a rule that is there;
 * - an unknown level is answered with 400 and plain text;
 * - `GET /subjects/{subject}/versions/{version}?deleted=true` is answered with 40401 for a version that was deleted softly;
 * - a schema that another subject refers to cannot be deleted, not even softly (42206), and subjects that were deleted softly
 *   count, too. For a permanent deletion before a soft one the status is 409 (code 40405);
 * - the subject's level outlives its soft deletion;
 * - without `normalize=true` the same schema with other blanks or another order of keys is another version.
 */
export class Registry {
    constructor(readonly client: RestClient) {}

    /** Names of the subjects that are not deleted. */
    async subjects(): Promise<string[]> {
        return (await this.client.call({ method: "GET", path: "/subjects" })) as string[];
    }

    /**
     * The newest version, or the given one; undefined when it does not exist.
     *
     * @param version default: the newest.
     */
    async version(subject: string, version: number | "latest" = "latest"): Promise<SchemaVersion | undefined> {
        const request: Request = { method: "GET", path: pathOf(subject, `/versions/${version}`) };
        const body = await this.unlessAbsent(request);
        return body === undefined ? undefined : versionOf(body as VersionAnswer);
    }

    /**
     * The text and references of a schema by its id.
     *
     * @returns `type` AVRO or PROTOBUF by the text, because not every registry tells it here.
     */
    async schema(id: number): Promise<Schema> {
        const body = (await this.client.call({ method: "GET", path: `/schemas/ids/${id}` })) as VersionAnswer;
        const { schema: text, schemaType = /^\s*["[{]/.test(text) ? "AVRO" : "PROTOBUF", references } = body;
        return { type: schemaType, text, references };
    }

    /** The version of a subject that has this schema; undefined when none has it. */
    async find(subject: string, schema: Schema): Promise<SchemaVersion | undefined> {
        const request: Request = { method: "POST", path: pathOf(subject, "?normalize=true"), body: bodyOf(schema) };
        const body = await this.unlessAbsent(request);
        return body === undefined ? undefined : versionOf(body as VersionAnswer);
    }

    /** Makes the schema the newest version, unless a version has it. */
    async register(subject: string, schema: Schema): Promise<SchemaVersion> {
        const path = pathOf(subject, "/versions?normalize=true");
        await this.client.call({ method: "POST", path, body: bodyOf(schema) });
        const found = await this.find(subject, schema);
        if (!found) {
            throw new RegistryError("refused", `subject "${subject}" does not have the schema that it accepted`);
        }
        return found;
    }

    /** Asks whether the schema may be the next version, by the level that holds for the subject now. */
    async compatibility(subject: string, schema: Schema): Promise<CompatibilityAnswer> {
        const path = `/compatibility${pathOf(subject, "/versions?verbose=true")}`;
        const body = await this.unlessAbsent({ method: "POST", path, body: bodyOf(schema) });
        if (body === undefined) return { isCompatible: true, reasons: [] };
        const { is_compatible, messages, reason } = body as {
            is_compatible: boolean;
            messages?: string[];
            reason?: string | null;
        };
        return { isCompatible: is_compatible, reasons: messages ?? (reason ? [reason] : []) };
    }

    /** The level of the subject itself; undefined when it has none, and that of the registry holds. */
    async ownLevel(subject: string): Promise<Compatibility | undefined> {
        const body = await this.unlessAbsent({ method: "GET", path: `/config/${encodeURIComponent(subject)}` });
        const level = (body as { compatibilityLevel: Compatibility } | undefined)?.compatibilityLevel;
        return level === "NONE" && this.isApicurio ? this.rule(rulesPath(subject)) : level;
    }

    /** The level for subjects without their own. */
    async level(): Promise<Compatibility> {
        const body = await this.client.call({ method: "GET", path: "/config" });
        const level = (body as { compatibilityLevel: Compatibility }).compatibilityLevel;
        if (level !== "NONE" || !this.isApicurio) return level;
        return (await this.rule("/../../registry/v2/admin/rules")) ?? level;
    }

    /**
     * Sets the level of the subject itself, which need not exist.
     *
     * @param level undefined: removes it.
     */
    async setOwnLevel(subject: string, level: Compatibility | undefined): Promise<void> {
        const path = `/config/${encodeURIComponent(subject)}`;
        if (level === undefined) {
            const ofApicurio = `${rulesPath(subject)}/COMPATIBILITY`;
            await this.unlessAbsent({ method: "DELETE", path: this.isApicurio ? ofApicurio : path });
        } else if (level === "NONE" && this.isApicurio) {
            if (await this.changeRule(subject, level)) return;
            // Its own API can only change the rule of a subject that does not exist yet
            await this.client.call({ method: "PUT", path, body: { compatibility: "FULL" } });
            await this.changeRule(subject, level);
        } else {
            await this.client.call({ method: "PUT", path, body: { compatibility: level } });
        }
    }

    /**
     * Deletes all versions of a subject. One that does not exist is not an error.
     *
     * @param permanent false: the ids of its schemas stay, so that records can still be read.
     */
    async remove(subject: string, permanent: boolean): Promise<void> {
        await this.unlessAbsent({ method: "DELETE", path: pathOf(subject) });
        if (permanent) await this.unlessAbsent({ method: "DELETE", path: pathOf(subject, "?permanent=true") });
    }

    /** Subjects that are not deleted, and whose schemas refer to a version of this one. */
    async referrers(subject: string): Promise<string[]> {
        const versions = (await this.unlessAbsent({ method: "GET", path: pathOf(subject, "/versions") })) ?? [];
        const lists = await Promise.all(
            (versions as number[]).map((version) => {
                const path = pathOf(subject, `/versions/${version}/referencedby`);
                return this.client.call({ method: "GET", path }) as Promise<number[]>;
            }),
        );
        const users = await Promise.all(
            lists.flat().map((id) => this.client.call({ method: "GET", path: `/schemas/ids/${id}/versions` })),
        );
        return [...new Set((users.flat() as { subject: string }[]).map((user) => user.subject))];
    }

    private get isApicurio(): boolean {
        return this.client.restUrls.every((url) => /\/apis\/ccompat\/v\d+$/.test(url));
    }

    private async rule(rulesPath: string): Promise<Compatibility | undefined> {
        const request: Request = { method: "GET", path: `${rulesPath}/COMPATIBILITY` };
        return ((await this.unlessAbsent(request)) as { config: Compatibility } | undefined)?.config;
    }

    /** @returns false: the subject has no rule. */
    private async changeRule(subject: string, config: Compatibility): Promise<boolean> {
        const body = { type: "COMPATIBILITY", config };
        const path = `${rulesPath(subject)}/COMPATIBILITY`;
        return (await this.unlessAbsent({ method: "PUT", path, body })) !== undefined;
    }

    private async unlessAbsent(request: Request): Promise<unknown> {
        try {
            return await this.client.call(request);
        } catch (error) {
            if (error instanceof RegistryError && error.kind === "absent") return undefined;
            throw error;
        }
    }
}

function pathOf(subject: string, rest = ""): string {
    return `/subjects/${encodeURIComponent(subject)}${rest}`;
}

/** Apicurio's own API lies beside the one like Confluent's. */
function rulesPath(subject: string): string {
    return `/../../registry/v2/groups/default/artifacts/${encodeURIComponent(subject)}/rules`;
}

function bodyOf({ type, text, references = [] }: Schema): object {
    return { schema: text, schemaType: type, references };
}

function versionOf({ id, subject, version, schema, schemaType = "AVRO", references }: VersionAnswer): SchemaVersion {
    return { id, subject, version, type: schemaType, text: schema, references };
}
