import { readFileSync } from "node:fs";
import { authFaults, type ConnectAuth } from "../client/auth";
import { askPassword } from "./askPassword";

/** Options of a command for credentials of workers, for `parseArgs`. A password is no argument: everybody can read those. */
export const ACCESS_OPTIONS = {
    user: { type: "string" },
    "password-file": { type: "string" },
    "bearer-file": { type: "string" },
    ca: { type: "string" },
    cert: { type: "string" },
    key: { type: "string" },
    "server-name": { type: "string" },
    insecure: { type: "boolean" },
} as const;

/** What these options look like, for a command's usage. */
export const ACCESS_USAGE = `workers that want credentials: --user <name>, with the password in CONNECT_PASSWORD, in --password-file <file, or ->,
  or asked for; --bearer-file <file with a token, or ->; --ca, --cert and --key <PEM file>; --server-name <name in the certificate>; --insecure trusts any`;

/** Values of {@link ACCESS_OPTIONS}. */
export interface AccessValues {
    user?: string;
    "password-file"?: string;
    "bearer-file"?: string;
    ca?: string;
    cert?: string;
    key?: string;
    "server-name"?: string;
    insecure?: boolean;
}

/** What messages call the credentials, and the option for it; the longer ones first. */
const OPTION_OF: [argument: string, option: string][] = [
    ["auth.tls with cert and key", "--cert and --key"],
    ["auth.tls.serverName", "--server-name"],
    ["auth.tls.cert", "--cert"],
    ["auth.tls.key", "--key"],
    ["auth.tls.ca", "--ca"],
    ["auth.tls", "--cert and --key"],
    ["auth.basic.username", "--user"],
    ["auth.basic.password", "the password of --user"],
    ["auth.basic", "--user"],
    ["auth.bearer", "--bearer-file"],
    ["basic and bearer", "--user and --bearer-file"],
    ["auth must", "the credentials must"],
    ["set auth to", "set --user to"],
    ["in restUrls", "in the URL"],
];

/**
 * The credentials that the options name; undefined when they name none.
 *
 * @throws when a file cannot be read, or something in it is not what it must be. No message has a secret.
 */
export async function readAccess(values: AccessValues): Promise<ConnectAuth | undefined> {
    if (values.user === undefined && values["password-file"] !== undefined) {
        throw new Error("--password-file goes with --user <name>");
    }

    const pem = (["ca", "cert", "key"] as const).flatMap((name) => {
        const file = values[name];
        return file === undefined ? [] : [[name, read(file, `--${name}`)]];
    });
    const tls = {
        ...Object.fromEntries(pem),
        ...(values["server-name"] === undefined ? {} : { serverName: values["server-name"] }),
        ...(values.insecure ? { rejectUnauthorized: false } : {}),
    };
    const bearer = values["bearer-file"];
    const auth: ConnectAuth = {
        ...(bearer === undefined ? {} : { bearer: readLine(bearer, "--bearer-file") }),
        ...(values.user === undefined ? {} : { basic: { username: values.user, password: await password(values) } }),
        ...(Object.keys(tls).length === 0 ? {} : { tls }),
    };
    if (Object.keys(auth).length === 0) return undefined;

    const faults = authFaults(auth);
    if (faults.length > 0) throw new Error(faults.map(({ reason }) => inWordsOfOptions(reason)).join("\n"));

    return auth;
}

/** A message in which the credentials have the names of the options. */
export function inWordsOfOptions(message: string): string {
    return OPTION_OF.reduce((text, [argument, option]) => text.replaceAll(argument, option), message);
}

/** Does it, and names the options in the message of what goes wrong. */
export async function namingOptions<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof Error) error.message = inWordsOfOptions(error.message);

        throw error;
    }
}

async function password({ user, "password-file": file }: AccessValues): Promise<string> {
    if (file !== undefined) return readLine(file, "--password-file");

    const { CONNECT_PASSWORD } = process.env;
    return CONNECT_PASSWORD === undefined ? askPassword(`Password of ${user}: `) : CONNECT_PASSWORD;
}

function readLine(file: string, option: string): string {
    return read(file === "-" ? 0 : file, option).replace(/\r?\n$/, "");
}

function read(file: string | 0, option: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new Error(`${option}: ${(error as Error).message}`);
    }
}
