import { setTimeout as sleep } from "node:timers/promises";
import {
    ConnectClient,
    ConnectError,
    Connectors,
    Deadline,
    Progress,
    Redactor,
    systemClock,
} from "@connect-cdc/connector/client";
import { messageOf } from "../servers/wait";
import { compareLooks, isWrong, type Memory, type WatchEvent } from "./events";
import { findings } from "./findings/findings";
import { decide, type HealLimits, type HealMemory, refused, refusedEvent, type Restart, restartEvent } from "./healing";
import { collectPlatform, type PlatformTarget } from "./platform";
import type { PlatformReport } from "./platformReport";

/** Limit of one restart, s. */
const RESTART_SECONDS = 10;

/** Arguments of {@link Watch}. */
export interface WatchOptions {
    /** Gives what to ask. It is called again when a look finds something new: the stack may have been changed. */
    readTarget: () => Promise<PlatformTarget>;
    /** Looks in a row that must see a finding before it is told. */
    confirm: number;
    /** Default: nothing is restarted. */
    heal?: HealLimits;
    /** Takes each event. */
    tell: (event: WatchEvent) => void;
}

/** What a watch remembers. Plain data, so that it can be kept in a file. */
export interface WatchMemory {
    looks?: Memory;
    heal: HealMemory;
    /** Why the last look gave nothing; told once while it lasts. */
    silence?: string;
    /** Why the last restart of a connector was not taken, by its name; told once while it lasts. */
    refusals: Record<string, string>;
}

/** Looks at a platform again and again, tells what has changed, and restarts what has FAILED. */
export class Watch {
    /** When the last look ended, by `performance.now()`. */
    lookedAt = performance.now();
    private target?: PlatformTarget;
    private targetIsOld = true;

    constructor(
        private readonly options: WatchOptions,
        public memory: WatchMemory = { heal: { connectors: {} }, refusals: {} },
    ) {}

    /** True when something that was told as wrong has not gone, or when the last look gave nothing. */
    get isWrong(): boolean {
        const { looks, silence } = this.memory;
        return silence !== undefined || looks === undefined || isWrong(looks);
    }

    /** One look. It never throws: a look that gives nothing is told, and the next one is another try. */
    async look(): Promise<void> {
        try {
            const target = await this.currentTarget();
            const report = await collectPlatform(target);
            this.compare(report);
            if (this.options.heal !== undefined) await this.heal(target, report, this.options.heal);

            this.memory.silence = undefined;
        } catch (error) {
            const text = messageOf(error);
            const remedy = "the watch goes on, and looks again";
            if (text !== this.memory.silence) {
                this.options.tell({ at: Date.now(), level: "wrong", subject: "watch", text, remedy });
            }

            this.memory.silence = text;
        }
    }

    /** Looks for ever, each time when the interval is over but never before the last look has ended. */
    async run(intervalMs: number): Promise<never> {
        for (;;) {
            const next = performance.now() + intervalMs;
            await this.look();
            this.lookedAt = performance.now();
            await sleep(Math.max(0, next - performance.now()));
        }
    }

    private async currentTarget(): Promise<PlatformTarget> {
        if (this.target === undefined) {
            this.target = await this.options.readTarget();
        } else if (this.targetIsOld) {
            // What is known still holds while a stack is being changed, or Pulumi does not answer
            this.target = await this.options.readTarget().catch(() => this.target!);
        }
        this.targetIsOld = false;
        return this.target;
    }

    private compare(report: PlatformReport): void {
        const before = this.memory.looks;
        const { memory, events } = compareLooks(before, { report, found: findings(report) }, this.options.confirm);
        this.targetIsOld = Object.keys(memory.findings).some((key) => before?.findings[key] === undefined);
        this.memory.looks = memory;
        events.forEach(this.options.tell);
    }

    private async heal(target: PlatformTarget, report: PlatformReport, limits: HealLimits): Promise<void> {
        const { memory, restarts, events } = decide(this.memory.heal, report, limits);
        this.memory.heal = memory;
        events.forEach(this.options.tell);
        for (const restart of restarts) await this.restart(target, restart, limits);
    }

    private async restart(target: PlatformTarget, restart: Restart, { maxRestarts }: HealLimits): Promise<void> {
        const { connector } = restart;
        try {
            await restartFailed(target, connector);
        } catch (error) {
            if (!(error instanceof ConnectError && error.mayHaveHappened)) {
                this.memory.heal = refused(this.memory.heal, restart);
                const text = messageOf(error);
                const { refusals } = this.memory;
                if (text !== refusals[connector]) this.options.tell(refusedEvent(restart, Date.now(), text));
                refusals[connector] = text;
                return;
            }
        }
        delete this.memory.refusals[connector];
        this.options.tell(restartEvent(restart, Date.now(), maxRestarts));
    }
}

async function restartFailed(target: PlatformTarget, connector: string): Promise<void> {
    const deadline = new Deadline(systemClock, RESTART_SECONDS);
    const passwords = [target.database?.password, target.jmsBroker?.password].filter((one) => one !== undefined);
    const client = new ConnectClient(target.connect, {
        deadline,
        redactor: new Redactor([...(target.secrets ?? []), ...passwords]),
        progress: new Progress(connector, deadline, () => undefined),
    });
    await new Connectors(client).restartFailed(connector);
}
