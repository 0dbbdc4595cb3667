import * as pulumi from "@pulumi/pulumi";
import { GeneratedSecret } from "./generatedSecret";

/** Arguments of {@link stackSecrets}. */
export interface StackSecretsArgs {
    /** Secrets that the user set, by name. */
    given: pulumi.Output<Record<string, string>>;
    /** Their names, which are no secret. */
    givenNames: string[];
    /** Names of secrets that are needed; one that the user did not set is generated. */
    needed: string[];
}

/** All secrets of a stack by name: what the user set, and generated ones where a needed one is not set. */
export function stackSecrets(args: StackSecretsArgs): Record<string, pulumi.Output<string>> {
    const given = args.givenNames.map((name) => [name, pulumi.secret(args.given.apply((values) => values[name]!))]);
    const generated = args.needed
        .filter((name) => !args.givenNames.includes(name))
        .map((name) => [name, new GeneratedSecret(name).value]);
    return Object.fromEntries([...given, ...generated]) as Record<string, pulumi.Output<string>>;
}
