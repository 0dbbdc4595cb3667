import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "@connect-cdc/connector/checks";
import * as pulumi from "@pulumi/pulumi";
import { FORMAT_PLUGINS, registryFormats } from "../connectors/formats";
import { CHECKOUT, DEV_PASSPHRASE_FILE } from "../tools/project";
import { changedNumbers } from "./changedNumbers";
import { configProblems } from "./checks/configProblems";
import { completedConnectors, listedTables } from "./checks/connectors";
import { publicSecretProblems, secretProblems } from "./checks/secrets";
import { declaredSubjects } from "./checks/subjects";
import { defaults } from "./defaults";
import { ConfigError, reportProblems } from "./errors";
import { mergeOver, Raw } from "./merge";
import { HIDDEN, type Problem, suggest } from "./problem";
import { isDoubtful, repair } from "./repair";
import { connector, type PlatformConfig, sections } from "./schema";
import { schemaProblems } from "./schemaProblems";
import { tlsModeOf } from "./tlsMode";

/*
 * The one reader of stack config. Users write only what differs: objects merge deeply over the defaults, lists replace,
 * `null` removes. All problems are reported in one error, before anything is changed.
 */

/** Sections whose values may all be removed. */
const REMOVABLE = ["connectors"];
const KNOWN_KEYS = [...Object.keys(sections), "secrets"];

/**
 * Reads the config of the current stack.
 * @throws ConfigError with every problem, when a section other than `connectors` has problems.
 */
export function loadConfig(): PlatformConfig {
    const prefix = `${pulumi.getProject()}:`;
    const stackFile = join(CHECKOUT, `Pulumi.${pulumi.getStack()}.yaml`);
    const written = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : undefined;
    const raw: Raw = {};
    const changed: Problem[] = [];
    for (const [full, value] of Object.entries(pulumi.runtime.allConfig())) {
        if (!full.startsWith(prefix)) continue;
        const key = full.slice(prefix.length);
        raw[key] = parsed(value);
        if (isObject(raw[key])) changed.push(...changedNumbers(key, value, written, pulumi.getProject()));
    }

    const secretKeys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
    return checkedConfig(
        raw,
        secretKeys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
        hasPublicPassphrase(stackFile, process.env),
        changed,
    );
}

/**
 * Whether a stack encrypts its secrets with the passphrase that is in this repository.
 * @param stackFile path of the stack's config file; it need not exist.
 * @param environment what Pulumi takes the passphrase from.
 */
export function hasPublicPassphrase(stackFile: string, environment: NodeJS.ProcessEnv): boolean {
    const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
    const passphrase = given ?? (file && existsSync(file) ? readFileSync(file, "utf8").trim() : undefined);
    if (passphrase !== readFileSync(DEV_PASSPHRASE_FILE, "utf8").trim()) return false;
    // Without a salt Pulumi Cloud or a key service encrypts, not a passphrase
    return !existsSync(stackFile) || /^encryptionsalt:/m.test(readFileSync(stackFile, "utf8"));
}

/** Pulumi passes objects as JSON. The schema reports any other value of a section. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}

/** The values under the config key `secrets`, by name, each a secret. */
export function loadSecrets(): pulumi.Output<Record<string, string>> {
    const none: Record<string, string> = {};
    return new pulumi.Config().getSecretObject<Record<string, string>>("secrets") ?? pulumi.secret(none);
}

/**
 * Like {@link checkedConfig}, but problems of connectors are errors, too.
 * @throws ConfigError with every problem.
 */
export function parseConfig(raw: Raw, secretKeys: string[] = []): PlatformConfig {
    const config = checkedConfig(raw, secretKeys);
    reportProblems(config.connectorProblems);
    return config;
}

/**
 * Merges what the user wrote over the defaults and checks the result. It reads the files of schemas, and nothing else.
 * @param raw top-level keys as the stack file has them.
 * @param secretKeys those of them that hold a secret value.
 * @param passphraseIsPublic whether anyone can decrypt these.
 * @param changed problems of values that `raw` does not have as they were written.
 * @throws ConfigError with every problem, when a section other than `connectors` has problems.
 */
export function checkedConfig(
    raw: Raw,
    secretKeys: string[] = [],
    passphraseIsPublic = false,
    changed: Problem[] = [],
): PlatformConfig {
    const { secrets, ...user } = raw;
    const problems: Problem[] = [
        ...changed,
        ...unknownSections(user),
        ...nestedSecrets(secretKeys),
        ...secretProblems(secrets),
        ...(passphraseIsPublic ? publicSecretProblems(secrets) : []),
    ];
    const secretNames = isObject(secrets) ? Object.keys(secrets) : [];
    const valid: Partial<PlatformConfig> = { secretNames };
    const repaired: string[] = [];
    for (const key of Object.keys(sections) as (keyof typeof sections)[]) {
        if (secretKeys.includes(key)) continue;
        const section = parseSection(key, user[key]);
        if (section.data !== undefined) Object.assign(valid, { [key]: section.data });
        problems.push(...section.problems);
        repaired.push(...section.repaired);
    }
    if (valid.connect) valid.connect = { ...valid.connect, plugins: { ...pluginsOf(valid), ...valid.connect.plugins } };
    valid.tls = tlsModeOf(valid);
    valid.completedConnectors = completedConnectors(valid);
    valid.tableLists = listedTables(valid);
    valid.subjects = declaredSubjects(valid);
    const given = isObject(user.connectors) ? Object.keys(user.connectors) : [];
    const known = { ...defaults.connectors, ...valid.connectors };
    // The set of topics is not known while a connector, or one of its settings, is malformed
    const topicsKnown = given.every((name) => name in known) && !repaired.some((path) => path.includes(".config."));
    const checked = configProblems(valid).filter((problem) => !isDoubtful(problem, repaired));
    const found = [...problems, ...checked];
    const errors = found.filter(({ warning }) => !warning);
    const ofConnectors = errors.filter(({ path }) => path.startsWith("connectors."));
    if (errors.length > ofConnectors.length) throw new ConfigError(errors);
    const warnings = found.filter(({ warning }) => warning);
    return { ...valid, topicsKnown, warnings, connectorProblems: ofConnectors } as PlatformConfig;
}

/** Plugins of the formats that are used. */
function pluginsOf(valid: Partial<PlatformConfig>): PlatformConfig["connect"]["plugins"] {
    return Object.assign({}, ...registryFormats(valid).map((format) => FORMAT_PLUGINS[format])) as ReturnType<
        typeof pluginsOf
    >;
}

interface ParsedSection {
    /** The section, or its valid part; undefined when there is none. */
    data?: unknown;
    problems: Problem[];
    /** Paths at which the default, or nothing, replaces the value of the user. */
    repaired: string[];
}

function parseSection(key: keyof typeof sections, given: unknown = {}): ParsedSection {
    const [schema, defaultSection] = [sections[key], defaults[key]];
    if (given === null && !REMOVABLE.includes(key)) {
        const rule = "removes a whole section, which is needed";
        const problem = { path: key, value: null, rule, remedy: "leave it out for the defaults" };
        return { problems: [problem], repaired: [] };
    }
    const problems: Problem[] = [];
    const merged = given === null ? {} : mergeOver(defaultSection, given, problems, key);
    const result = schema.safeParse(merged);
    if (result.success) return { data: result.data, problems, repaired: [] };
    problems.push(...schemaProblems(result.error, schema, key, merged, defaultSection));
    // The rest of the section is checked all the same
    const { value, paths } = repair(result.error, key, merged, defaultSection);
    return { data: schema.safeParse(value).data ?? validConnectors(key, value), problems, repaired: paths };
}

/** The well-formed connectors. */
function validConnectors(key: string, value: unknown): unknown {
    if (key !== "connectors" || !isObject(value)) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => connector.safeParse(entry).success));
}

function unknownSections(user: Raw): Problem[] {
    return Object.keys(user)
        .filter((key) => !(key in sections))
        .map((key) => ({ path: key, value: user[key], rule: "is not known", remedy: suggest(key, KNOWN_KEYS) }));
}

/** A secret elsewhere would be plain text in Connect's config topic or in the files of a container. */
function nestedSecrets(secretKeys: string[]): Problem[] {
    return secretKeys
        .filter((key) => key in sections)
        .map((key) => ({
            path: key,
            value: HIDDEN,
            rule: "holds a secret value, which only the key secrets may",
            remedy:
                "write {secret: <name>} in its place, and set the value with: " +
                "pulumi config set --secret --path 'connect-cdc:secrets.<name>'",
        }));
}
