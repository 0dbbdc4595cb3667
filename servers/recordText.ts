import { ExactNumber, messageOf, stringifyExact } from "@connect-cdc/connector/client";
import {
    type ConnectAuth,
    openRegistry,
    type Registry,
    RegistryError,
    type Schema,
} from "@connect-cdc/connector/registry";
import { avroDecoder } from "./avroDecoder";
import type { Decode } from "./decodedValue";
import { protobufDecoder } from "./protobufDecoder";

/** The beginning of a record in Confluent's wire format: a zero byte, and the id of the schema in four bytes. */
const MAGIC = 0;
const PREFIX_BYTES = 5;
/** Longest wait for the registry, s. */
const LIMIT_SECONDS = 10;
/** A registry that does not answer is not asked again for this time, s: each of its records would wait. */
const PAUSE_SECONDS = 60;
/** Kinds of errors that are an answer about one schema. */
const ANSWERED: RegistryError["kind"][] = ["absent", "invalid", "refused"];

/**
 * Turns keys and values of records into text. Those in Confluent's wire format, with Avro or Protobuf, become JSON as Connect's
 * JsonConverter writes it without schemas: bytes are base64, decimals are numbers. Others are taken as UTF-8. Each schema is asked for once.
 */
export class RecordText {
    private readonly known = new Map<number, Decode>();
    private readonly problems = new Map<number, string>();
    /** Since the registry has not answered: why, and when it is asked again, in ms of `performance.now()`. */
    private silence?: { reason: string; until: number };

    /**
     * @param registryUrls URLs of the schema registry, as this process reaches it. Empty: there is none.
     * @param auth credentials of the registry. Default: none.
     * @param limitSeconds longest wait for the registry, s.
     */
    constructor(
        private readonly registryUrls: string[],
        private readonly auth?: ConnectAuth,
        private readonly limitSeconds = LIMIT_SECONDS,
    ) {}

    /** Asks for the schemas of these that are not known yet. Must precede `text`. Never throws. */
    async prepare(all: (Buffer | null | undefined)[]): Promise<void> {
        const ids = new Set(all.flatMap((bytes) => (bytes && hasSchema(bytes) ? [bytes.readUInt32BE(1)] : [])));
        const missing = [...ids].filter((id) => !this.known.has(id));
        if (missing.length === 0 || this.registryUrls.length === 0) return;
        if (this.silence && performance.now() < this.silence.until) return;
        this.silence = undefined;
        const { registryUrls, auth, limitSeconds } = this;
        const registry = openRegistry({ registryUrls, auth, limitSeconds, silenceSeconds: limitSeconds });
        for (const id of missing) {
            try {
                this.known.set(id, await decoder(registry, await registry.schema(id)));
            } catch (error) {
                if (error instanceof RegistryError && !ANSWERED.includes(error.kind)) {
                    const reason = `${messageOf(error)}; the registry is asked again after ${PAUSE_SECONDS} s`;
                    this.silence = { reason, until: performance.now() + 1000 * PAUSE_SECONDS };
                    return;
                }
                this.problems.set(id, messageOf(error));
            }
        }
    }

    /** @throws Error when the schema cannot be had, or does not fit the bytes. The message has no part of them. */
    text(bytes: Buffer): string {
        if (!hasSchema(bytes)) return bytes.toString();
        const id = bytes.readUInt32BE(1);
        const decode = this.known.get(id);
        if (decode === undefined) {
            const reason = this.problems.get(id) ?? this.silence?.reason ?? "no schema registry is known";
            throw new Error(`schema ${id} of a record cannot be read: ${reason}`);
        }
        let value: unknown;
        try {
            value = plain(decode(bytes.subarray(PREFIX_BYTES)));
        } catch {
            throw new Error(`a record does not have the form of its schema, whose id is ${id}`);
        }
        return typeof value === "string" ? value : stringifyExact(value);
    }
}

function hasSchema(bytes: Buffer): boolean {
    return bytes.length >= PREFIX_BYTES && bytes[0] === MAGIC;
}

async function decoder(registry: Registry, schema: Schema): Promise<Decode> {
    const used = await referencesOf(registry, schema);
    return schema.type === "AVRO" ? avroDecoder(schema.text, used) : protobufDecoder(schema.text, used);
}

/** The schemas that a schema uses, the innermost first. */
async function referencesOf(registry: Registry, { references = [] }: Schema): Promise<string[]> {
    const found: string[] = [];
    for (const { subject, version } of references) {
        const schema = await registry.version(subject, version);
        if (!schema) throw new Error(`version ${version} of subject ${subject}, which it refers to, does not exist`);
        found.push(...(await referencesOf(registry, schema)), schema.text);
    }
    return found;
}

/** As JsonConverter writes it. */
function plain(value: unknown): unknown {
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value !== "object" || value === null || value instanceof ExactNumber) return value;
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (Array.isArray(value)) return value.map(plain);
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
