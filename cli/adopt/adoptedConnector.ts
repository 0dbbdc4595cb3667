import { holdsPassword, isPasswordKey } from "@connect-cdc/connector/checks";
import { type ConnectorInfo, type ConnectorStatus, isMasked } from "@connect-cdc/connector/client";

/** A secret value of a live config, which the stack config must not contain. */
export interface LiftedSecret {
    /** Name under the config key `secrets`. */
    name: string;
    connector: string;
    key: string;
    /** True when the cluster does not show the value, so it is not changed. */
    masked: boolean;
}

/** A connector of the stack config. */
export interface AdoptedEntry {
    class: string;
    tasksMax: number;
    minTasks?: number;
    state: "running" | "paused" | "stopped";
    adopt?: true;
    addDefaults: false;
    config: Record<string, string | { secret: string } | null>;
}

/** A live connector as stack config, without any secret. */
export interface AdoptedConnector {
    entry: AdoptedEntry;
    secrets: LiftedSecret[];
    /** True when the connector, or a task of it, has FAILED. */
    failed: boolean;
}

/** Settings with a field of their own, and settings that some servers add. */
const NO_SETTING = /^(name|connector\.class|tasks\.max|__internal\..*)$/;
/** Keys of secrets, in addition to those of isPasswordKey. */
const SECRET_KEY = /(^|[._-])(passwd|pwd|token|user\.info|(api|access|secret|private)[._-]?key)$/i;
/** `password="..."` in JAAS configs and in other values. */
const PASSWORD_INSIDE = /(password|passwd|pwd|secret)\s*=\s*["']?(?!\$\{)[^\s"'&;]/i;

/**
 * Returns the stack config of a live connector. References to config providers stay unchanged; passwords become
 * `{secret: <connector>-<key>}`. The first `up` replaces a plain-text password by a reference, so the entry has `adopt: true`.
 *
 * @param passwordKeys settings of type PASSWORD in the connector's definition.
 * @param defaultKeys settings in the stack's defaults for this connector; those that the live config does not have become null.
 * @param taken names of secrets in use; the new names are added.
 */
export function adoptedConnector(
    { name, config: live }: ConnectorInfo,
    status: ConnectorStatus,
    { passwordKeys, defaultKeys, taken }: { passwordKeys: Set<string>; defaultKeys: string[]; taken: Set<string> },
): AdoptedConnector {
    const secrets: LiftedSecret[] = [];
    const config: AdoptedEntry["config"] = {};
    for (const [key, value] of Object.entries(live).sort()) {
        if (NO_SETTING.test(key)) continue;

        const masked = isMasked(value);
        if (masked || isPlainSecret(key, value, passwordKeys)) {
            const secret = freeName(`${name}-${key}`, taken);
            secrets.push({ name: secret, connector: name, key, masked });
            config[key] = { secret };
        } else {
            config[key] = value;
        }
    }
    for (const key of defaultKeys.filter((known) => !(known in live))) config[key] = null;

    const state = status.connector.state.toLowerCase();
    const rests = state === "paused" || state === "stopped";
    return {
        entry: {
            class: live["connector.class"]!,
            tasksMax: Number(live["tasks.max"] ?? 1),
            ...(status.tasks.length === 0 && !rests ? { minTasks: 0 } : {}),
            state: rests ? state : "running",
            ...(secrets.some(({ masked }) => !masked) ? { adopt: true } : {}),
            addDefaults: false,
            config,
        },
        secrets,
        failed: [status.connector, ...status.tasks].some((member) => member.state === "FAILED"),
    };
}

function isPlainSecret(key: string, value: string, passwordKeys: Set<string>): boolean {
    if (holdsPassword(value) || PASSWORD_INSIDE.test(value)) return true;

    const isSecret = passwordKeys.has(key) || isPasswordKey(key) || SECRET_KEY.test(key);
    return isSecret && value !== "" && !value.includes("${");
}

/** A unique name of letters, digits, `_` and `-`: the form of the names of secrets and connectors. */
export function freeName(wanted: string, taken: Set<string>): string {
    const base = wanted.replace(/[^\w-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "x";
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}-${i}`;

    taken.add(name);
    return name;
}
