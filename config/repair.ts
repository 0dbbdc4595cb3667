import { isObject } from "@connect-cdc/connector/checks";
import { z } from "zod";
import { Problem } from "./problem";

/** Numbers of members: ports and replication follow from them. */
const COUNTS = ["zookeeper.servers", "kafka.brokers", "connect.workers", "registry.instances"];

/** A section without its invalid values, so that the rest can be checked. */
export interface Repaired {
    value: unknown;
    /** Config paths at which the default, or nothing, replaces the value of the user. Unknown keys are removed without an entry here. */
    paths: string[];
}

/** Replaces every value that a schema refuses by the default, or by nothing. */
export function repair(error: z.ZodError, path: string, merged: unknown, defaults: unknown): Repaired {
    const value = structuredClone(merged);
    const paths: string[] = [];
    for (const issue of error.issues) {
        const keys = issue.path.map(String);
        if (issue.code === "unrecognized_keys") {
            for (const key of issue.keys) restore(value, defaults, [...keys, key]);
        } else {
            restore(value, defaults, keys);
            paths.push([path, ...keys].join("."));
        }
    }
    return { value, paths };
}

function restore(value: unknown, defaults: unknown, keys: string[]): void {
    const last = keys.at(-1);
    const parent = at(value, keys.slice(0, -1));
    if (last === undefined || !isObject(parent)) return;
    const defaultValue = at(defaults, keys);
    if (defaultValue === undefined) delete parent[last];
    else parent[last] = structuredClone(defaultValue);
}

function at(root: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
}

/** True for a problem that may be caused by the default that replaces an invalid value. */
export function isDoubtful({ path, rule }: Problem, repairedPaths: string[]): boolean {
    return repairedPaths.some((repaired) => {
        if (path.startsWith(repaired) || rule.includes(repaired)) return true;
        if (!COUNTS.includes(repaired)) return false;
        const [section] = repaired.split(".");
        const follows = new RegExp(`\\b(${section}\\.\\w*([pP]ort|Isr|Replicas)|metrics\\.${section}Port)\\b`);
        return follows.test(path) || follows.test(rule);
    });
}
