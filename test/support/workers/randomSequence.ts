import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { forgetShared } from "../../../packages/connector/src/lifecycle/readShared";
import { randomFaults } from "../faults/randomFaults";
import { SeededRandom } from "../seededRandom";
import { expectClearError } from "../stack/clearError";
import { Engine, Step, UpOptions } from "./engine";
import { Fault } from "./faults";

/** A connector as a cluster has it. */
export interface SeenConnector {
    config: Record<string, string>;
    state: string;
}

/** The cluster of a random sequence. All but `restUrls` goes past the faults. */
export interface SequenceCluster {
    restUrls(name: string): string[];
    /** Arguments that every connector on this cluster has. */
    connector: { class: string; config: Record<string, string>; timeoutSeconds: number };
    /** The same arguments' `timeoutSeconds` when hardly any request gets through. */
    stormSeconds: number;
    /** How often requests may meet faults, of 1; one is picked for each run. */
    rates: number[];
    secretsFolder: string;
    states: ("running" | "paused" | "stopped")[];
    /** Counts of tasks that a connector can be asked for: `tasksMax` with `minTasks`. */
    tasks: [max: number, min: number][];
    /** Faults of a connector's requests from now on; undefined: none. */
    setFaults(name: string, next: (() => Fault | undefined) | undefined): void;
    /** Requests of a connector that may have changed something, since the last call. */
    takeWrites(name: string): string[];
    setSecret(name: string, value: string): void;
    see(name: string): Promise<SeenConnector | undefined>;
    /** The problem of a connector's tasks: they do not run with the current config and secret. */
    staleTasks(name: string): string | undefined;
    /** The time between two runs of Pulumi. */
    betweenRuns(): Promise<void>;
    /** A number that is the same before and after a run, unless something made for other runs disturbed it. */
    restlessness(): number;
    put(name: string, config: Record<string, string>): Promise<void>;
    pause(name: string): Promise<void>;
    remove(name: string): Promise<void>;
    /** Makes a task FAILED, where that can be done. */
    failTask?(name: string): void;
}

const STORM = 0.9;
const KILLS = 0.03;

/** Runs one sequence to its end; an error lists the steps up to it. */
export async function runSequence(seed: number, name: string, cluster: SequenceCluster): Promise<void> {
    const sequence = new RandomSequence(seed, name, cluster);
    try {
        await sequence.run();
    } catch (error) {
        const { message, stack } = error as Error;
        const shown = new Error(`sequence of seed ${seed}:\n  ${sequence.journal.join("\n  ")}\n${message}`);
        shown.stack = `${shown.message}\n${stack?.slice(message.length)}`;
        throw shown;
    }
}

/**
 * One user's runs of Pulumi on one connector, while requests meet faults and another user
 * changes it, too. After every run the connector must be as declared, or the error clear, with nothing forgotten or done twice.
 */
class RandomSequence {
    readonly journal: string[] = [];
    private readonly random: SeededRandom;
    private readonly engine = new Engine();
    private value = 0;
    private secret = "A";
    private state: string;
    private tasks: [max: number, min: number];
    private adopt: boolean | "equal" = false;
    /** An `up` that was killed may have created the connector, which the state does not know. */
    private isUnsaved = false;
    /** The last `up` succeeded, and nothing was rotated or changed by hand since. */
    private settled = false;
    /** A secret was rotated, and no `up` has restarted the tasks: one that takes the connector over cannot know. */
    private rotated = false;
    /** A change by hand may have happened that no refresh has seen. */
    private touched = false;

    constructor(
        private readonly seed: number,
        private readonly name: string,
        private readonly cluster: SequenceCluster,
    ) {
        this.random = new SeededRandom(seed);
        this.state = this.random.pick(cluster.states);
        this.tasks = this.random.pick(cluster.tasks);
        cluster.setSecret(name, this.secretValue);
    }

    async run(): Promise<void> {
        if (this.random.chance(0.2)) await this.foreign();

        for (let left = 4 + this.random.below(4); left > 0; left--) {
            const rate = this.random.pick(this.cluster.rates);
            await this.random.pick([...USER, ...USER, ...OTHERS])(this, rate);
            if (this.random.chance(0.3)) await this.mend();
        }
        await this.mend();
        expect(await this.up(0, "up again"), "an up that has nothing to do").toBe("unchanged");
        const restlessness = this.cluster.restlessness();
        await this.refresh(0);
        const afterRefresh = await this.up(0, "up after refresh");
        // while workers come and go, a refresh may see that tasks do not run
        if (restlessness === this.cluster.restlessness()) {
            expect(afterRefresh, "an up that has nothing to do").toBe("unchanged");
        }

        await this.destroy(0);
    }

    async up(
        rate: number,
        what: string,
        options: UpOptions = {},
        args = this.args(rate > STORM),
    ): Promise<Step | Error> {
        const before = await this.cluster.see(this.name);
        const held = this.engine.held.length > 0;
        const isForeign = this.isForeign(before, options.renamed || !this.engine.outputs);
        const isWell = this.isRight(before) && this.cluster.staleTasks(this.name) === undefined;
        const nothingToDo = !options.replace && (this.settled || !held) && isWell;
        const { result, contested, restless } = await this.withFaults(rate, what, [this.secretValue], () =>
            this.engine.up(args, options),
        );
        const after = await this.cluster.see(this.name);
        const writes = this.cluster.takeWrites(this.name);
        if (isForeign && !contested) expect(result, "took another user's connector").toBeInstanceOf(Error);

        if ((isForeign || nothingToDo) && !contested && !restless) expect(writes.join(), "writes").toBe("");

        const mayBeOurs = after !== undefined && before === undefined;
        if (options.killed) {
            this.isUnsaved ||= mayBeOurs;
            this.settled = false;
            return result;
        }
        // of a replacement that fails when the old one is deleted nothing is left
        if (after === undefined ? !(result instanceof Error) : held || mayBeOurs) {
            expect(this.engine.held, "what the state holds of a connector on the cluster").not.toEqual([]);
        }

        if (result === "unchanged") {
            expect(writes.join(), "writes").toBe("");
        } else if (!(result instanceof Error) && !contested) {
            this.expectRight(after);
        } else if (rate === 0 && !contested && !restless && !isForeign) {
            expect(result, "error without a fault").not.toBeInstanceOf(Error);
        }

        this.settled = !(result instanceof Error) && !contested && (result !== "unchanged" || this.settled);
        this.rotated &&= result instanceof Error || contested;
        return result;
    }

    async refresh(rate: number): Promise<void> {
        if (this.engine.held.length === 0) return;

        const before = this.engine.held.length;
        const { result, contested, restless } = await this.withFaults(rate, "refresh", this.heldSecrets, () =>
            this.engine.refresh(),
        );
        expect(this.cluster.takeWrites(this.name).join(), "writes").toBe("");
        if (result instanceof Error) {
            expect(this.engine.held, "the state after a refresh that failed").toHaveLength(before);
            if (!contested && !restless) expect(rate, "error without a fault").toBeGreaterThan(0);
        } else if (!contested) {
            const there = (await this.cluster.see(this.name)) !== undefined;
            expect(this.engine.held.length > 0, "the connector is in the state").toBe(there);
            this.touched = false;
        }
    }

    async destroy(rate: number): Promise<void> {
        if (this.engine.held.length === 0) return;

        const { result, contested, restless } = await this.withFaults(rate, "destroy", this.heldSecrets, () =>
            this.engine.destroy(),
        );
        this.cluster.takeWrites(this.name);
        this.settled = false;
        this.isUnsaved = false;
        if (result instanceof Error) {
            expect(this.engine.held, "the state after a destroy that failed").not.toEqual([]);
            // A delete that fails cannot report to Pulumi what it has done: a refresh is needed.
            this.touched = true;
            if (!contested && !restless) expect(rate, "error without a fault").toBeGreaterThan(0);
        } else if (!contested) {
            expect(await this.cluster.see(this.name), "the connector that was deleted").toBeUndefined();
        }
    }

    /** The user requests its replacement: nothing else changes. */
    async replace(rate: number): Promise<void> {
        const deleteBeforeReplace = this.rotated || this.random.chance(0.7);
        const isTainted = this.random.chance(0.5);
        if (isTainted) {
            this.engine.taint();
            this.settled = false;
        }
        const what = isTainted ? "up of a tainted resource" : "up --replace";
        const result = await this.up(rate, what, { replace: !isTainted, deleteBeforeReplace });
        // As after a destroy that fails
        this.touched ||= result instanceof Error;
    }

    /** The resource gets another name in the program. */
    async rename(rate: number): Promise<void> {
        await this.up(rate, "up, resource renamed", { renamed: !this.rotated });
    }

    /** The program's values are ignored, and those of the state are kept. */
    async ignore(rate: number): Promise<void> {
        const { value } = this;
        if (this.settled && !this.touched) {
            this.value++;
            const args = this.args(rate > STORM);
            this.value = value;
            await this.up(rate, "up, changes ignored", { ignoreChanges: ["config"] }, args);
        }
    }

    /** The process is killed when the connector was created. */
    async kill(rate: number): Promise<void> {
        if (this.engine.held.length === 0) await this.up(rate, "up, killed", { killed: true });
    }

    changeConfig(): void {
        this.value++;
    }

    changeState(): void {
        this.state = this.random.pick(this.cluster.states);
    }

    changeTasks(): void {
        this.tasks = this.random.pick(this.cluster.tasks);
    }

    rotate(): void {
        // Workers have the new value even when no run has restarted the tasks yet.
        if (this.engine.outputs) {
            this.secret = this.random.pick(["A", "B", "C"]);
            this.cluster.setSecret(this.name, this.secretValue);
            this.settled = false;
            this.rotated = true;
        }
    }

    /** Somebody else does something with the connector, if there is one. */
    async touch(choice = [0, 1, 2, 3, 4]): Promise<void> {
        const seen = await this.cluster.see(this.name);
        if (seen) {
            const deeds = [
                () => this.cluster.put(this.name, { ...seen.config, value: "theirs" }),
                () => this.cluster.put(this.name, { ...seen.config, added: "theirs" }),
                () => this.cluster.pause(this.name),
                () => this.cluster.remove(this.name),
                async () => this.cluster.failTask?.(this.name),
            ];
            const deed = this.random.pick(choice);
            this.note(`another user: ${["changes", "adds", "pauses", "deletes", "fails"][deed]}`);
            this.touched = true;
            this.settled = false;
            await deeds[deed]!();
        }
    }

    /** Another user creates a connector of this name before ours exists: an equal one, or another. */
    async foreign(): Promise<void> {
        if (this.engine.held.length > 0 || (await this.cluster.see(this.name))) return;

        const equal = this.random.chance(0.5);
        this.note(`another user creates ${equal ? "an equal one" : "another"}`);
        await this.cluster.put(this.name, { ...this.config(), ...(!equal && { value: "theirs" }) });
        if (!equal) {
            await this.up(this.random.pick(this.cluster.rates), "up without adopt");
            this.adopt = this.random.chance(0.5);
            if (!this.adopt) await this.cluster.remove(this.name);
        } else {
            this.adopt = false;
            await this.up(0, "up that finds an equal connector");
            this.adopt = "equal";
            expect(await this.up(0, "up that takes it over"), "an up that finds an equal connector").toBe("created");
        }
    }

    /** Without faults, and after a refresh of changes by hand, one `up` repairs everything. */
    private async mend(): Promise<void> {
        if (this.touched) await this.refresh(0);

        // the remedy in the error on a connector of another user
        if (!this.engine.outputs) this.adopt = true;
        await this.up(0, "up without faults");
        this.expectRight(await this.cluster.see(this.name));
        expect(this.engine.outputs!["state"], "state in the outputs").toBe(this.state);
    }

    private async withFaults<T>(
        rate: number,
        what: string,
        secrets: string[],
        run: () => Promise<T>,
    ): Promise<{ result: T | Error; contested: boolean; restless: boolean }> {
        await this.cluster.betweenRuns();
        // each run of Pulumi has a process of its own
        forgetShared(this.name);
        const restlessness = this.cluster.restlessness();
        this.cluster.takeWrites(this.name);
        const faults = randomFaults(this.random, { rate, kills: KILLS, secrets });
        // A key that returns after a write that removed it cannot be distinguished from one that the server adds.
        const isAdded = (await this.cluster.see(this.name))?.config["added"] !== undefined;
        let untilTouch = rate > 0 && this.random.chance(0.1) ? 1 + this.random.below(12) : 0;
        let touching: Promise<void> | undefined;
        this.cluster.setFaults(this.name, () => {
            if (untilTouch > 0 && --untilTouch === 0) {
                touching = this.touch(isAdded ? [0, 2, 3, 4] : undefined);
                // awaited after the run
                touching.catch(() => undefined);
            }
            return rate > 0 ? faults() : undefined;
        });
        const result = await run().catch((error: Error) => error);
        this.cluster.setFaults(this.name, undefined);
        await touching;
        this.note(`${what}, faults ${rate}: ${result instanceof Error ? result.message : (result ?? "well")}`);
        if (result instanceof Error) expectClearError(result, this.name, secrets);

        const restless = restlessness !== this.cluster.restlessness();
        return { result, contested: touching !== undefined, restless };
    }

    private args(isStorm: boolean): Record<string, unknown> {
        return {
            ...this.cluster.connector,
            ...(isStorm && { timeoutSeconds: this.cluster.stormSeconds }),
            config: this.settings(),
            name: this.name,
            cluster: this.name,
            restUrls: this.cluster.restUrls(this.name),
            tasksMax: this.tasks[0],
            minTasks: this.tasks[1],
            secrets: { [this.secretName]: this.secretValue },
            state: this.state,
            adopt: this.adopt,
        };
    }

    private settings(): Record<string, string> {
        return {
            ...this.cluster.connector.config,
            value: String(this.value),
            password: `\${directory:${this.cluster.secretsFolder}:${this.secretName}}`,
        };
    }

    private config(): Record<string, string> {
        return {
            ...this.settings(),
            name: this.name,
            "connector.class": this.cluster.connector.class,
            "tasks.max": String(this.tasks[0]),
        };
    }

    /** True for a connector that an `up` would have to create, and must not take over. */
    private isForeign(seen: SeenConnector | undefined, isCreated: boolean): boolean {
        const isKnown = this.isUnsaved || this.engine.held.length > 0;
        const mayBeTaken = this.adopt === true || ((this.adopt || isKnown) && this.isConfigRight(seen));
        return isCreated && seen !== undefined && !mayBeTaken;
    }

    private isConfigRight(seen: SeenConnector | undefined): boolean {
        return isDeepStrictEqual(seen?.config, this.config());
    }

    private isRight(seen: SeenConnector | undefined): boolean {
        return seen?.state === this.state && this.isConfigRight(seen);
    }

    private expectRight(seen: SeenConnector | undefined): void {
        expect(seen, "the connector on the cluster").toEqual({ config: this.config(), state: this.state });
        expect(this.cluster.staleTasks(this.name), "tasks").toBeUndefined();
    }

    private note(text: string): void {
        this.journal.push(text);
    }

    private get secretName(): string {
        return `${this.name}-password`;
    }

    private get secretValue(): string {
        return `hunter-${this.seed}-${this.secret}`;
    }

    private get heldSecrets(): string[] {
        return this.engine.held.flatMap(({ secrets }) => Object.values(secrets as Record<string, string>));
    }
}

type Operation = (sequence: RandomSequence, rate: number) => Promise<unknown>;

const change =
    (what: string, how: (sequence: RandomSequence) => void): Operation =>
    (sequence, rate) => {
        how(sequence);
        return sequence.up(rate, what);
    };

const USER: Operation[] = [
    change("up, config changed", (sequence) => sequence.changeConfig()),
    change("up, state changed", (sequence) => sequence.changeState()),
    change("up, tasks changed", (sequence) => sequence.changeTasks()),
    change("up, secret rotated", (sequence) => sequence.rotate()),
    change("up, all changed", (sequence) => {
        sequence.changeConfig();
        sequence.changeState();
        sequence.rotate();
    }),
    change("up", () => undefined),
    (sequence, rate) => sequence.refresh(rate),
    (sequence, rate) => sequence.destroy(rate),
    (sequence, rate) => sequence.replace(rate),
    (sequence, rate) => sequence.rename(rate),
    (sequence, rate) => sequence.ignore(rate),
    (sequence, rate) => sequence.kill(rate),
];
const OTHERS: Operation[] = [(sequence) => sequence.touch(), (sequence) => sequence.foreign()];
