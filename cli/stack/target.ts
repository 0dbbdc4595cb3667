import { pulumiEnvironment } from "../../tools/environment";

/** A stack to work on. */
export interface StackTarget {
    /** Name of the stack. */
    stack: string;
    /** Config file of an existing stack. Default: `Pulumi.<stack>.yaml` in the checkout. */
    configFile?: string;
    /** The whole environment of the CLI. Default: this process's, with {@link pulumiEnvironment}. */
    environment?: NodeJS.ProcessEnv;
    /** True selects the stack for plain `pulumi` commands. Default: false. */
    select?: boolean;
}

/** The environment in which the CLI works on a stack. */
export function environmentOf({ stack, environment }: StackTarget): NodeJS.ProcessEnv {
    return environment ?? { ...process.env, ...pulumiEnvironment(stack) };
}
