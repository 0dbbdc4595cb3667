import { SECRETS_FOLDER } from "../../components/render/secretsFolder";
import { directoryReferences, secretsFolderOf } from "../../connectors/secretReference";
import type { PlatformConfig } from "../config";
import { Fault, HIDDEN, isNear, setSecret } from "../fault";
import { isObject } from "../merge";

/** A secret becomes a file of that name in the workers; a dot would be a step in a path of `pulumi config set --path`. */
export const SECRET_NAME = /^[A-Za-z0-9][\w-]*$/;

/** What is wrong with the config key `secrets` itself. */
export function secretFaults(secrets: unknown): Fault[] {
    if (secrets === undefined) return [];
    const shown = { value: HIDDEN };
    if (!isObject(secrets)) {
        const remedy = "set each with: pulumi config set --secret --path 'connect-cdc:secrets.<name>'";
        return [{ ...shown, path: "secrets", rule: "must be an object of name -> secret value", remedy }];
    }
    return Object.entries(secrets).flatMap(([name, value]): Fault[] => {
        const path = `secrets.${name}`;
        if (!SECRET_NAME.test(name)) {
            return [{ ...shown, path, rule: "its name must be of letters, digits, _ and -", remedy: "rename it" }];
        }
        if (typeof value !== "string" || value === "") {
            return [
                {
                    ...shown,
                    path,
                    rule: "must be text",
                    remedy: "put numbers and truth values in quotes, or set it with --type string",
                },
            ];
        }
        return [];
    });
}

/** Secrets of a stack whose passphrase everybody knows. */
export function publicSecretFaults(secrets: unknown): Fault[] {
    if (!isObject(secrets) || Object.keys(secrets).length === 0) return [];
    return [
        {
            path: "secrets",
            value: HIDDEN,
            rule: "is encrypted with the dev stack's passphrase, which is public: anybody who sees the stack file can read it",
            remedy:
                "give secrets to a stack of your own (pulumi stack init staging, in the environment of: " +
                "npm run -s env -- --stack staging), and remove them here: pulumi config rm --path 'connect-cdc:secrets'",
        },
    ];
}

/** References to secrets that nobody gives nor generates, and servers that are neither here nor named. */
export function referenceFaults(c: Partial<PlatformConfig>): Fault[] {
    const { database, jmsBroker, connectors } = c;
    const known = knownSecrets(c);
    const faults: Fault[] = [
        ...serverSecretFaults("database", database, known),
        ...serverSecretFaults("jmsBroker", jmsBroker, known),
        ...externalFaults("database", "host", database?.managed, database?.host),
        ...externalFaults("jmsBroker", "url", jmsBroker?.managed, jmsBroker?.url),
    ];
    // Which secrets are generated is not known while one of these sections is malformed
    if (!database || !jmsBroker) return faults;
    for (const [name, { config, onDelete }] of Object.entries(connectors ?? {})) {
        const secret = onDelete?.database?.url?.secret;
        if (secret !== undefined) {
            faults.push(...unknownSecret(`connectors.${name}.onDelete.database.url`, secret, known));
        }
        for (const [key, value] of Object.entries(config)) {
            const path = `connectors.${name}.config.${key}`;
            if (typeof value === "object") faults.push(...unknownSecret(path, value.secret, known));
            else faults.push(...folderFaults(path, String(value), secretsFolderOf(name, SECRETS_FOLDER), known));
        }
    }
    return faults;
}

/** Secrets that are given, and passwords of this stack's own servers: those are generated when nobody gives one. */
function knownSecrets({ secretNames = [], database, jmsBroker }: Partial<PlatformConfig>): string[] {
    const generated = [database, jmsBroker].flatMap((server) => (server?.managed ? [server.passwordSecret] : []));
    return [...new Set([...secretNames, ...generated])];
}

function serverSecretFaults(
    role: "database" | "jmsBroker",
    section: { managed: boolean; passwordSecret: string } | undefined,
    known: string[],
): Fault[] {
    return section ? unknownSecret(`${role}.passwordSecret`, section.passwordSecret, known) : [];
}

function unknownSecret(path: string, name: string, known: string[]): Fault[] {
    if (!SECRET_NAME.test(name)) {
        // It may be the password itself
        const rule = "is no name of a secret: a name is of letters, digits, _ and -";
        return [{ path, value: HIDDEN, rule, remedy: "write the secret's name; its value goes under secrets" }];
    }
    if (known.includes(name)) return [];
    const near = known.find((candidate) => isNear(name, candidate));
    const remedy = near === undefined ? setSecret(name) : `did you mean ${near}? If not, ${setSecret(name)}`;
    return [{ path, value: HIDDEN, rule: `names a secret that is not there (${name})`, remedy }];
}

/** References within longer texts, which nobody has written for the user. */
function folderFaults(path: string, value: string, folder: string, known: string[]): Fault[] {
    const references = directoryReferences(value);
    const inOthers = references.filter(
        (reference) => reference.folder !== folder && `${reference.folder}/`.startsWith(`${SECRETS_FOLDER}/`),
    );
    if (inOthers.length > 0) {
        const rule = "refers to a secret outside of the connector's own folder";
        const remedy = `write {secret: <name>}, or within a longer text \${directory:${folder}:<name>}`;
        return [{ path, value, rule, remedy }];
    }
    return references
        .filter((reference) => reference.folder === folder)
        .flatMap(({ name }) => unknownSecret(path, name, known));
}

function externalFaults(
    role: "database" | "jmsBroker",
    key: "host" | "url",
    managed: boolean | undefined,
    address: string | undefined,
): Fault[] {
    if (managed === undefined) return [];
    const path = `${role}.${key}`;
    if (!managed && address === undefined) {
        const remedy = `set it, or ${role}.managed: true for a server of this stack`;
        return [{ path, value: address, rule: `is missing: ${role}.managed is false`, remedy }];
    }
    if (managed && address !== undefined) {
        const remedy = `remove it, or set ${role}.managed: false`;
        return [{ path, value: address, rule: `would not be used: ${role}.managed is true`, remedy }];
    }
    return [];
}
