import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { containerName, docker } from "./docker";

/** What happened to the members' containers. */
export interface MemberEvents {
    /** Members whose process ended, each time, in order. */
    ended: string[];
    /** Most members that were down at the same moment. */
    mostDown: number;
}

/**
 * Watches the engine's own events of the members of some roles, until it is stopped: unlike looks at intervals it misses
 * no moment.
 */
export async function watchMembers(stack: string, roles: string[]): Promise<() => Promise<MemberEvents>> {
    const prefix = containerName(stack, "");
    const stream = (await docker.getEvents({
        filters: { type: ["container"], event: ["die", "start"], label: [`connect-cdc.stack=${stack}`] },
    })) as Readable;
    const ended: string[] = [];
    const down = new Set<string>();
    let mostDown = 0;
    const read = (async () => {
        for await (const line of createInterface({ input: stream })) {
            const { Action, Actor } = JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } };
            const member = Actor.Attributes.name.slice(prefix.length);
            if (!roles.some((role) => new RegExp(`^${role}-\\d+$`).test(member))) continue;
            if (Action === "start") down.delete(member);
            else {
                ended.push(member);
                down.add(member);
            }
            mostDown = Math.max(mostDown, down.size);
        }
    })();
    return async () => {
        stream.destroy();
        await read.catch(() => undefined);
        return { ended, mostDown };
    };
}
