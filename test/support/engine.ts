import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { forgetAnswers } from "../../packages/connector/src/checks/checkedCluster";
import { forgetProgram } from "../../packages/connector/src/declared";
import { check, create, delete as remove, diff, read, update } from "../../packages/connector/src/connectorProvider";

type Props = Record<string, any>;

/** What one `up` did. */
export type Step = "created" | "updated" | "unchanged" | "replaced";

/**
 * Calls the provider of one connector resource as Pulumi's engine does: check and diff first, state kept between the calls,
 * also that of a resource whose creation or update failed half way.
 */
export class Engine {
    private id?: string;
    private unfinished = false;
    private inputs?: Props;
    /** Outputs in the state; undefined when the resource is not in it. */
    outputs?: Props;

    async up(args: Props): Promise<Step> {
        newProcess();
        const inputs = await this.check(this.inputs, args);
        if (!this.outputs) {
            await this.create(inputs);
            return "created";
        }
        const { changes, replaces } = await diff(this.id!, this.outputs as any, inputs as any);
        if (replaces.length > 0) {
            await this.replace(args);
            return "replaced";
        }
        if (!changes && !this.unfinished) {
            this.inputs = inputs;
            return "unchanged";
        }
        await this.keepUnfinished(inputs, async () => {
            const { outs } = await update(this.id!, this.outputs as any, inputs as any);
            this.outputs = wired(outs);
        });
        return "updated";
    }

    /** As for `--replace` and a tainted resource. */
    async replace(args: Props): Promise<void> {
        newProcess();
        const inputs = await this.check({}, args);
        await this.remove();
        await this.create(inputs);
    }

    async refresh(): Promise<void> {
        const { id, props, inputs } = await read(this.id!, this.outputs as any);
        this.outputs = id ? wired(props!) : undefined;
        this.inputs = inputs;
    }

    async destroy(): Promise<void> {
        newProcess();
        await this.remove();
    }

    private async check(olds: Props | undefined, args: Props): Promise<Props> {
        const { inputs, failures } = await check(olds, args);
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("; "));
        }
        return inputs;
    }

    private async create(inputs: Props): Promise<void> {
        await this.keepUnfinished(inputs, async () => {
            const { id, outs } = await create(inputs as any);
            this.id = id;
            this.outputs = wired(outs);
        });
    }

    private async remove(): Promise<void> {
        await remove(this.id!, this.outputs as any);
        this.outputs = undefined;
        this.inputs = undefined;
    }

    /** Of a step that did nothing the state stays what it was, its inputs included. */
    private async keepUnfinished(inputs: Props, step: () => Promise<void>): Promise<void> {
        this.unfinished = false;
        try {
            await step();
            this.inputs = inputs;
        } catch (error) {
            const { id, properties } = error as { id?: string; properties?: Props };
            if (id) {
                this.unfinished = true;
                this.inputs = inputs;
                this.id = id;
                this.outputs = wired(properties!);
            }
            throw error;
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
