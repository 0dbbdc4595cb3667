import { setTimeout as sleep } from "node:timers/promises";
import { authOf, connectClient, ConnectError, Connectors, messageOf } from "@connect-cdc/connector/client";
import { type EventMemory, eventsOf, hasWrongFinding, type WatchEvent } from "./events";
import { statusOf } from "./findings/findings";
import {
    decideRestarts,
    type HealLimits,
    type HealMemory,
    refusedEvent,
    type Restart,
    restartEvent,
    withoutRestart,
} from "./healing";
import { type PlatformTarget, secretsOf } from "./platformTarget";
import type { PlatformSnapshot } from "./snapshot";
import { takeSnapshot } from "./takeSnapshot";

/** Limit of one restart, s. */
const RESTART_SECONDS = 10;

/** Arguments of {@link WatchLoop}. */
export interface WatchOptions {
    /** Returns the target. It is called again after a new finding: the stack may have changed. */
    readTarget: () => Promise<PlatformTarget>;
    /** Snapshots in a row with a finding before it is reported. */
    confirm: number;
    /** Default: no restarts. */
    heal?: HealLimits;
    /** Receives each event. */
    onEvent: (event: WatchEvent) => void;
}

/** What a watch keeps from snapshot to snapshot. Plain data, so that a file can hold it. */
export interface WatchMemory {
    events?: EventMemory;
    heal: HealMemory;
    /** Error of the last check, when it failed. The same error is reported once. */
    failure?: string;
    /** Error of the last restart of a connector, by its name. The same error is reported once. */
    refusals: Record<string, string>;
}

/** Takes snapshots of a platform, reports their differences, and restarts what has FAILED. */
export class WatchLoop {
    /** When the last check ended, by `performance.now()`. */
    checkedAt = performance.now();
    private target?: PlatformTarget;
    private targetIsOld = true;

    constructor(
        private readonly options: WatchOptions,
        public memory: WatchMemory = { heal: { connectors: {} }, refusals: {} },
    ) {}

    /** True when a finding of level wrong was reported and is not over, or when the last check failed. */
    get isWrong(): boolean {
        const { events, failure } = this.memory;
        return failure !== undefined || events === undefined || hasWrongFinding(events);
    }

    /** Takes one snapshot. Never throws: a failure is an event, and the next check is a new try. */
    async check(): Promise<void> {
        try {
            const target = await this.currentTarget();
            const snapshot = await takeSnapshot(target);
            this.report(snapshot);
            if (this.options.heal !== undefined) await this.heal(target, snapshot, this.options.heal);

            this.memory.failure = undefined;
        } catch (error) {
            const text = messageOf(error);
            const remedy = "the watch continues and checks again";
            if (text !== this.memory.failure) {
                this.options.onEvent({ at: Date.now(), level: "wrong", subject: "watch", text, remedy });
            }

            this.memory.failure = text;
        }
    }

    /** Checks without end: once in each interval, but never before the last check has ended. */
    async run(intervalMs: number): Promise<never> {
        for (;;) {
            const next = performance.now() + intervalMs;
            await this.check();
            this.checkedAt = performance.now();
            await sleep(Math.max(0, next - performance.now()));
        }
    }

    private async currentTarget(): Promise<PlatformTarget> {
        if (this.target === undefined) {
            this.target = await this.options.readTarget();
        } else if (this.targetIsOld) {
            // The last target is still valid while an update runs or Pulumi does not answer
            this.target = await this.options.readTarget().catch(() => this.target!);
        }
        this.targetIsOld = false;
        return this.target;
    }

    private report(snapshot: PlatformSnapshot): void {
        const before = this.memory.events;
        const { memory, events } = eventsOf(before, statusOf(snapshot), this.options.confirm);
        this.targetIsOld = Object.keys(memory.findings).some((key) => before?.findings[key] === undefined);
        this.memory.events = memory;
        events.forEach(this.options.onEvent);
    }

    private async heal(target: PlatformTarget, snapshot: PlatformSnapshot, limits: HealLimits): Promise<void> {
        const { memory, restarts, events } = decideRestarts(this.memory.heal, snapshot, limits);
        this.memory.heal = memory;
        events.forEach(this.options.onEvent);
        for (const restart of restarts) await this.restart(target, restart, limits);
    }

    private async restart(target: PlatformTarget, restart: Restart, { maxRestarts }: HealLimits): Promise<void> {
        const { connector } = restart;
        try {
            await restartFailed(target, connector);
        } catch (error) {
            if (!(error instanceof ConnectError && error.mayHaveHappened)) {
                this.memory.heal = withoutRestart(this.memory.heal, restart);
                const text = messageOf(error);
                const { refusals } = this.memory;
                if (text !== refusals[connector]) this.options.onEvent(refusedEvent(restart, Date.now(), text));
                refusals[connector] = text;
                return;
            }
        }
        delete this.memory.refusals[connector];
        this.options.onEvent(restartEvent(restart, Date.now(), maxRestarts));
    }
}

async function restartFailed(target: PlatformTarget, connector: string): Promise<void> {
    const client = connectClient({
        restUrls: target.connect,
        auth: target.credentials && authOf(target.credentials),
        limitSeconds: RESTART_SECONDS,
        secrets: secretsOf(target),
        subject: connector,
    });
    await new Connectors(client).restartFailed(connector);
}
