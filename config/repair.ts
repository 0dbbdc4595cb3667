import { z } from "zod";
import { Fault } from "./fault";
import { isObject } from "./merge";

/** Numbers of members: ports and replication follow from them. */
const COUNTS = ["zookeeper.servers", "kafka.brokers", "connect.workers"];

/** A section without what its schema refuses, so that the rest of it can be checked all the same. */
export interface Repaired {
    value: unknown;
    /** Config paths at which the default, or nothing, stands instead of what was written; unknown keys are just gone. */
    paths: string[];
}

/** Puts the default, or nothing, in the place of everything that a schema refuses. */
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
    const standard = at(defaults, keys);
    if (standard === undefined) delete parent[last];
    else parent[last] = structuredClone(standard);
}

function at(root: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
}

/** True for a fault that may come from the default that stands in for a value. */
export function isDoubtful({ path, rule }: Fault, repairedPaths: string[]): boolean {
    return repairedPaths.some((repaired) => {
        if (path.startsWith(repaired) || rule.includes(repaired)) return true;
        if (!COUNTS.includes(repaired)) return false;
        const [section] = repaired.split(".");
        const follows = new RegExp(`\\b(${section}\\.\\w*([pP]ort|Isr|Replicas)|metrics\\.${section}Port)\\b`);
        return follows.test(path) || follows.test(rule);
    });
}
