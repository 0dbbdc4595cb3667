import { type Command, InvalidArgumentError, Option, type OptionValues } from "@commander-js/extra-typings";
import type { AccessValues } from "@connect-cdc/connector/commands";
import { DEV_STACK } from "../tools/project";

/** `--stack <name>`. Default: the stack that the variable STACK names, or the dev stack. */
export function stackOption() {
    return new Option("--stack <name>", "name of the stack").default(process.env.STACK || DEV_STACK);
}

/** A parser of option values. The number may have decimals. */
export function numberFrom(min: number, max: number): (text: string) => number {
    return (text) => {
        const number = Number(text);
        if (text.trim() !== "" && number >= min && number <= max) return number;
        throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    };
}

/** A parser of option values. */
export function wholeNumberFrom(min: number, max = Infinity): (text: string) => number {
    return (text) => {
        const number = Number(text);
        if (text.trim() !== "" && Number.isInteger(number) && number >= min && number <= max) return number;
        const range = max === Infinity ? `, ${min} or more` : ` from ${min} to ${max}`;
        throw new InvalidArgumentError(`It must be a whole number${range}.`);
    };
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A parser of option values: `30m`, `12h`, `1d` as ms. */
export function durationMs(text: string): number {
    const [, count = "", unit = ""] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
    const ms = Number(count) * (UNIT_MS[unit] ?? 0);
    // The longest time of a timer
    if (ms > 0 && ms < 2 ** 31) return ms;
    throw new InvalidArgumentError("It must be a number and a unit such as 30m, 12h or 1d, at most 24d.");
}

/** Adds the options for the credentials of workers. A password is not an option: others can read the arguments. */
export function withAccessOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
    return command
        .option(
            "--user <name>",
            "user of the workers; the password comes from CONNECT_PASSWORD, --password-file or the terminal",
        )
        .option("--password-file <file>", "file with the password of --user, - for standard input")
        .option("--bearer-file <file>", "file with a bearer token, - for standard input")
        .option("--ca <file>", "PEM file with the authority of the workers' certificates")
        .option("--cert <file>", "PEM file with the client certificate")
        .option("--key <file>", "PEM file with the key of --cert")
        .option("--server-name <name>", "name in the workers' certificates, when it differs from the URL")
        .option("--insecure", "accept any certificate of the workers");
}

interface AccessOptions extends Omit<AccessValues, "password-file" | "bearer-file" | "server-name" | "insecure"> {
    passwordFile?: string;
    bearerFile?: string;
    serverName?: string;
    insecure?: true;
}

/** The values of {@link withAccessOptions}, by the keys of the connector package. */
export function accessValues(options: AccessOptions): AccessValues {
    const { user, ca, cert, key, insecure, passwordFile, bearerFile, serverName } = options;
    return {
        ...{ user, ca, cert, key, insecure },
        "password-file": passwordFile,
        "bearer-file": bearerFile,
        "server-name": serverName,
    };
}

/** The last part of a command's help. */
export function examples(...lines: string[]): string {
    return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
