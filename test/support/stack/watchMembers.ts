import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { containerName, docker, stackFilter } from "./docker";

/** What happened to the members' containers. */
export interface MemberEvents {
    /** Members whose process ended, each time, in order. */
    ended: string[];
    /** Most members that were down at the same moment. */
    mostDown: number;
}

/** Looks at the engine's events of members. */
export interface MemberWatch {
    /** What has happened so far. */
    readonly events: MemberEvents;
    stop(): MemberEvents;
}

/**
 * Watches the engine's own events of the members of some roles, until it is stopped: unlike looks at intervals it misses
 * no moment.
 */
export async function watchMembers(stack: string, roles: readonly string[]): Promise<MemberWatch> {
    const prefix = containerName(stack, "");
    const stream = (await docker.getEvents({
        filters: { type: ["container"], event: ["die", "start"], label: stackFilter(stack) },
    })) as Readable;
    const events: MemberEvents = { ended: [], mostDown: 0 };
    const down = new Set<string>();
    createInterface({ input: stream }).on("line", (line) => {
        const { Action, Actor } = JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } };
        const member = Actor.Attributes.name.slice(prefix.length);
        if (!roles.some((role) => new RegExp(`^${role}-\\d+$`).test(member))) return;
        if (Action === "start") {
            down.delete(member);
        } else {
            events.ended.push(member);
            down.add(member);
        }
        events.mostDown = Math.max(events.mostDown, down.size);
    });
    const stop = () => {
        stream.destroy();
        return events;
    };
    return { events, stop };
}
