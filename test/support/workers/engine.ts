import { randomUUID } from "node:crypto";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { forgetAnswers } from "../../../packages/connector/src/checks/cachedCluster";
import * as connectorProvider from "../../../packages/connector/src/connectorProvider";
import { forgetProgram } from "../../../packages/connector/src/provider/declaredConnectors";

type Props = Record<string, any>;

/** The functions of a provider, as the engine calls them. Without `check` and `delete` nothing is checked and deleted. */
interface Provider {
    check?(olds: any, news: any): Promise<{ inputs: Props; failures: { reason: string }[] }>;
    diff(id: string, olds: any, news: any): Promise<{ changes: boolean; replaces?: string[] }>;
    create(inputs: any): Promise<{ id: string; outs: Props }>;
    update(id: string, olds: any, news: any): Promise<{ outs: Props }>;
    read(id: string, props: any): Promise<{ id?: string; props?: Props; inputs?: Props }>;
    delete?(id: string, props: any): Promise<void>;
}

/** What one `up` did. */
export type Step = "created" | "updated" | "unchanged" | "replaced";

/** How the resource is declared for one `up`, and options of the command. */
export interface UpOptions {
    /** Default as the class has it. */
    deleteBeforeReplace?: boolean;
    ignoreChanges?: string[];
    /** `--replace` with its URN. */
    replace?: boolean;
    /** The resource has another name than before, without an alias. */
    renamed?: boolean;
    /** The process is killed when the provider has created it, before that is in the state. */
    killed?: boolean;
}

/** A resource in the state. */
interface Resource {
    id: string;
    inputs: Props;
    outputs: Props;
    /** Its creation or update failed half way. */
    unfinished: boolean;
    tainted: boolean;
}

/**
 * Calls the provider of one resource in the order of Pulumi's engine (3.245.0, `step_generator.go`): ignored changes
 * are put back before `check`, which gets no old inputs where the user requested the replacement; a replacement creates before
 * it deletes where the options require it; what has left the program is deleted last, and only when all else succeeded.
 */
export class Engine {
    private resource?: Resource;
    /** Replaced and renamed resources to delete at the end of an `up`. */
    private leaving: Resource[] = [];

    /**
     * @param provider default: that of a connector.
     * @param implicit arguments that the resource's class adds.
     */
    constructor(
        private readonly provider: Provider = connectorProvider,
        private readonly implicit: Props = { stack: `test/${randomUUID()}` },
    ) {}

    /** Outputs in the state; undefined when the resource is not in it. */
    get outputs(): Props | undefined {
        return this.resource?.outputs;
    }

    /** Outputs of all that is in the state: of the resource, and of those that are still to delete. */
    get held(): Props[] {
        return this.all.map(({ outputs }) => outputs);
    }

    private get all(): Resource[] {
        return [this.resource, ...this.leaving].filter((one) => one !== undefined);
    }

    async up(args: Props, options: UpOptions = {}): Promise<Step> {
        newProcess();
        if (options.renamed && this.resource) {
            this.leaving.push(this.resource);
            this.resource = undefined;
        }
        const step = await this.step({ ...this.implicit, ...args }, options);
        await this.deleteLeaving();
        return step;
    }

    /** `pulumi state taint`: the next `up` replaces it. */
    taint(): void {
        if (this.resource) {
            this.resource.tainted = true;
        }
    }

    async refresh(): Promise<void> {
        for (const old of this.all) {
            const { id, props, inputs } = await this.provider.read(old.id, old.outputs);
            if (id) {
                Object.assign(old, { outputs: wired(props!), inputs: wired(inputs!) });
            } else {
                this.forget(old);
            }
        }
    }

    async destroy(): Promise<void> {
        newProcess();
        if (this.resource) {
            await this.delete(this.resource);
        }
        await this.deleteLeaving();
    }

    private async step(args: Props, options: UpOptions): Promise<Step> {
        const old = this.resource;
        if (!old) {
            await this.create(await this.check({}, args), options);
            return "created";
        }
        const ignored = (options.ignoreChanges ?? []).map((key) => [key, old.inputs[key]]);
        const news = { ...args, ...Object.fromEntries(ignored) };
        const isChosen = options.replace || old.tainted;
        const inputs = await this.check(isChosen ? {} : old.inputs, isChosen ? args : news);
        const { changes, replaces = [] } = await this.provider.diff(old.id, old.outputs, inputs);
        if (isChosen || replaces.length > 0) {
            await this.replace(old, args, options);
            return "replaced";
        }
        if (!changes && !old.unfinished) {
            old.inputs = inputs;
            return "unchanged";
        }
        await this.write(inputs, options, async () => ({
            ...(await this.provider.update(old.id, old.outputs, inputs)),
            id: old.id,
        }));
        return "updated";
    }

    private async replace(old: Resource, args: Props, options: UpOptions): Promise<void> {
        const inputs = await this.check({}, args);
        if (options.deleteBeforeReplace ?? true) {
            await this.delete(old);
        }
        await this.create(inputs, options, (created) => {
            if (this.resource === old) {
                this.leaving.push(old);
            }
            this.resource = created;
        });
    }

    private create(
        inputs: Props,
        options: UpOptions,
        keep = (created: Resource) => void (this.resource = created),
    ): Promise<void> {
        return this.write(inputs, options, () => this.provider.create(inputs), keep);
    }

    /** The state after a write: all of it, the part that an unfinished one reports, or the state before. */
    private async write(
        inputs: Props,
        { killed = false }: UpOptions,
        operation: () => Promise<{ id: string; outs: Props }>,
        keep = (written: Resource) => void (this.resource = written),
    ): Promise<void> {
        const keepUnlessKilled = (id: string, outputs: Props, unfinished: boolean) => {
            if (!killed) {
                keep({ id, inputs, outputs: wired(outputs), unfinished, tainted: false });
            }
        };
        try {
            const { id, outs } = await operation();
            keepUnlessKilled(id, outs, false);
        } catch (error) {
            const { id, properties } = error as { id?: string; properties?: Props };
            if (id) {
                keepUnlessKilled(id, properties!, true);
            }
            throw error;
        }
    }

    private async check(olds: Props, args: Props): Promise<Props> {
        if (!this.provider.check) return args;
        const { inputs, failures } = await this.provider.check(olds, args);
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("; "));
        }
        return inputs;
    }

    private async deleteLeaving(): Promise<void> {
        for (const one of [...this.leaving]) {
            await this.delete(one);
        }
    }

    private async delete(one: Resource): Promise<void> {
        await this.provider.delete?.(one.id, one.outputs);
        this.forget(one);
    }

    private forget(one: Resource): void {
        this.leaving = this.leaving.filter((other) => other !== one);
        if (this.resource === one) {
            this.resource = undefined;
        }
    }
}

/** As it comes through Pulumi's wire format, which has no undefined: with one in it, real runs wait for ever. */
function wired(properties: Props): Props {
    return Struct.fromJavaScript(properties).toJavaScript();
}

/** The engine starts a process for its providers in each run. */
function newProcess(): void {
    forgetProgram();
    forgetAnswers();
}
