import { Fields } from "./schema";
import { Properties } from "./values";

/** What a resource's methods may use besides the properties. */
export interface Context<Client> {
    /** The connection that the provider's configuration describes. */
    client: Client;
    /** The name the program gave to the resource. */
    name: string;
    /** Shown beside the resource while it is worked on; gone afterwards. */
    progress(message: string): void;
    /** A line among the resource's diagnostics, which stays. */
    log(message: string): void;
    /** Ends when the user cancels. */
    signal: AbortSignal;
}

/** A resource as it is: its id and all its properties. */
export interface State {
    id: string;
    properties: Properties;
}

/** One type of resource. */
export interface Resource<Client> {
    /** The inputs it takes. */
    fields: Fields;
    /** When the old one must go before its replacement comes. */
    deleteBeforeReplace: "always" | "whenNameStays" | "never";
    /** Properties that only the created resource has; unknown before. */
    outputs: string[];
    /** Further outputs that an update changes; without this an update leaves them as they are. */
    changesOnUpdate?: string[];
    /** A name is made up from the resource's when the program gives none. */
    autoName?: boolean;
    create(inputs: Properties, context: Context<Client>): Promise<State>;
    /** `undefined` when it is no longer there. Without it the state is taken to be true. */
    read?(state: State, context: Context<Client>): Promise<State | undefined>;
    /** The new properties. */
    update(state: State, inputs: Properties, context: Context<Client>): Promise<Properties>;
    delete(state: State, context: Context<Client>): Promise<void>;
}

/** A function that programs call. */
export interface ProviderFunction<Client> {
    fields: Fields;
    call(inputs: Properties, context: Context<Client>): Promise<Properties>;
}

/** The resource is there, but not well: it is kept in the state, and the next update goes on from there. */
export class UnfinishedError extends Error {
    constructor(
        readonly state: State,
        reason: string,
    ) {
        super(reason);
        this.name = "UnfinishedError";
    }
}
