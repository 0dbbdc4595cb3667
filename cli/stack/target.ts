import { pulumiEnvironment } from "../../tools/environment";

/** A stack to work on. */
export interface StackTarget {
    /** Name of the stack. */
    stack: string;
    /** Config file of a stack that exists already; default: `Pulumi.<stack>.yaml` in the checkout. */
    configFile?: string;
    /** Whole environment of the CLI; default: this process's, with what {@link pulumiEnvironment} says. */
    environment?: NodeJS.ProcessEnv;
    /** Makes it the stack that plain `pulumi` commands work on; default: no. */
    select?: boolean;
}

/** The environment in which the CLI works on a stack. */
export function environmentOf({ stack, environment }: StackTarget): NodeJS.ProcessEnv {
    return environment ?? { ...process.env, ...pulumiEnvironment(stack) };
}
