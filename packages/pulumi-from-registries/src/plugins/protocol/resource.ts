import { Fields } from "./schema";
import { Properties } from "./values";

/** Argument of a resource's methods, beside the properties. */
export interface Context<Client> {
    /** The connection of the provider. */
    client: Client;
    /** The name of the resource in the program. */
    name: string;
    /** Shows a message beside the resource during the operation. */
    progress(message: string): void;
    /** Adds a line to the resource's diagnostics. */
    log(message: string): void;
    /** Aborted when the user cancels the update. */
    signal: AbortSignal;
}

/** The state of a resource: its id and all its properties. */
export interface State {
    id: string;
    properties: Properties;
}

/** One type of resource. */
export interface Resource<Client> {
    /** Its inputs. */
    fields: Fields;
    /** When the old resource must be deleted before its replacement is created. */
    deleteBeforeReplace: "always" | "whenNameStays" | "never";
    /** Properties that are unknown before the resource is created. */
    outputs: string[];
    /** Outputs that an update changes. Default: none. */
    changesOnUpdate?: string[];
    /** Whether a missing `name` is generated from the name of the resource. Default: false. */
    autoName?: boolean;
    create(inputs: Properties, context: Context<Client>): Promise<State>;
    /** The current state; undefined when the resource does not exist any more. Default: the state is not refreshed. */
    read?(state: State, context: Context<Client>): Promise<State | undefined>;
    /** Returns the new properties. */
    update(state: State, inputs: Properties, context: Context<Client>): Promise<Properties>;
    delete(state: State, context: Context<Client>): Promise<void>;
}

/** A function of the provider. */
export interface ProviderFunction<Client> {
    fields: Fields;
    call(inputs: Properties, context: Context<Client>): Promise<Properties>;
}

/** The resource exists, but its creation is not complete. It is kept in the state, and the next update completes it. */
export class UnfinishedError extends Error {
    constructor(
        readonly state: State,
        reason: string,
    ) {
        super(reason);
        this.name = "UnfinishedError";
    }
}
