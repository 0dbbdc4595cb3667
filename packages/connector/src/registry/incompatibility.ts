import { type Difference, differences } from "./differences";
import type { CompatibilityAnswer, Registry } from "./registry";
import { RegistryError } from "./registryService";
import type { Compatibility, Schema } from "./schema";

/** Versions that are compared for a level that regards all of them. */
const MOST_VERSIONS = 20;

/**
 * Asks the registry whether a schema may be the next version.
 *
 * @param level that holds for the subject.
 * @returns why not, with the offending fields and the remedy; undefined when it may.
 */
export async function findIncompatibility(
    registry: Registry,
    subject: string,
    schema: Schema,
    level: Compatibility,
): Promise<string | undefined> {
    const { isCompatible, reasons } = await askRegistry(registry, subject, schema, level);
    if (isCompatible) return undefined;
    return explainIncompatibility(registry, { subject, schema, level }, reasons.join("; "));
}

/**
 * Apicurio Registry 3.0.9 cannot compare schemas of AVRO that refer to others before it registers them (42201): then the fields
 * decide.
 */
async function askRegistry(
    registry: Registry,
    subject: string,
    schema: Schema,
    level: Compatibility,
): Promise<CompatibilityAnswer> {
    try {
        return await registry.compatibility(subject, schema);
    } catch (error) {
        const isUnable =
            error instanceof RegistryError && error.message.includes("Could not execute compatibility rule");
        if (!isUnable || !schema.references) throw error;
        const { fields } = await offendingFields(registry, subject, schema, level);
        return { isCompatible: fields.length === 0, reasons: [] };
    }
}

/** The offending fields of a schema that the registry has refused, its reason and the remedy. */
export async function explainIncompatibility(
    registry: Registry,
    { subject, schema, level }: { subject: string; schema: Schema; level: Compatibility },
    reason: string,
): Promise<string> {
    const { version, fields } = await offendingFields(registry, subject, schema, level);
    const names = fields.map(({ field, change }) => `field "${field}" ${change}`);
    const against = version === undefined ? "" : ` with version ${version}`;
    const found = names.length > 0 ? `: ${names.join("; ")}` : "";
    const said = reason === "" ? "" : `. The registry says: ${plainReason(reason)}`;
    return (
        `the schema is not compatible${against} (compatibility ${level})${found}${said}. ` +
        "Add new fields with a default and keep the others, or set compatibility: NONE for this one change"
    );
}

async function offendingFields(
    registry: Registry,
    subject: string,
    schema: Schema,
    level: Compatibility,
): Promise<{ version?: number; fields: Difference[] }> {
    const latest = await registry.version(subject);
    const oldest = level.endsWith("_TRANSITIVE")
        ? Math.max(1, (latest?.version ?? 0) - MOST_VERSIONS)
        : latest?.version;
    for (let version = latest?.version ?? 0; version >= (oldest ?? 1); version--) {
        const before = version === latest?.version ? latest : await registry.version(subject, version);
        const fields = before ? await differences(before, schema, level) : [];
        if (fields.length > 0) return { version, fields };
    }
    return { fields: [] };
}

/** Without names of Java classes, and without what Apicurio Registry says twice. */
export function plainReason(reason: string): string {
    const [, causes] = /^(?:[\w.]+Exception: )?Incompatible artifact: .* Causes: (.*)$/s.exec(reason) ?? [];
    return causes ?? reason.replace(/^[\w.]+Exception: /, "");
}
