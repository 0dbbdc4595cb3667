import * as pulumi from "@pulumi/pulumi";
import { GeneratedSecret } from "./generatedSecret";

/** Arguments of {@link stackSecrets}. */
export interface StackSecretsArgs {
    /** Secrets that the user set, by name. */
    given: pulumi.Output<Record<string, string>>;
    /** Names of these secrets; the names are not secret. */
    givenNames: string[];
    /** Names of the secrets that servers need. A secret that the user did not set is generated. */
    needed: string[];
}

/** All secrets of a stack by name: those of the user, and generated ones for needed names without a value. */
export function stackSecrets(args: StackSecretsArgs): Record<string, pulumi.Output<string>> {
    const given = args.givenNames.map((name) => [name, pulumi.secret(args.given.apply((values) => values[name]!))]);
    const generated = [...new Set(args.needed)]
        .filter((name) => !args.givenNames.includes(name))
        .map((name) => [name, new GeneratedSecret(name).value]);
    return Object.fromEntries([...given, ...generated]) as Record<string, pulumi.Output<string>>;
}
