import { readFileSync } from "node:fs";
import { type ConnectAuth } from "../client/auth";
import { checkAuth } from "../inputs/checkAuth";
import { askPassword } from "./askPassword";

/** Options of a command for the workers' credentials, for `parseArgs`. A password is not an argument: other users can read those. */
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

/** The help text of these options. */
export const ACCESS_USAGE = `credentials for the workers ("-" as a file is the standard input):
  --user <name>            user for HTTP Basic; the password is in CONNECT_PASSWORD, in --password-file, or is asked for
  --password-file <file>   file with the password of --user
  --bearer-file <file>     file with a bearer token
  --ca <file>              certificates that sign the workers' certificates, PEM
  --cert <file>            client certificate, PEM, with --key
  --key <file>             private key of --cert, PEM
  --server-name <name>     name in the workers' certificates, if it is not the host name of the URL
  --insecure               trusts every certificate`;

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

/** Arguments in messages and the options for them, the longer ones first. */
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
 * The credentials of the options; undefined without any.
 *
 * @throws Error when a file cannot be read, or its content is not valid. No message contains a secret.
 */
export async function readAccess(values: AccessValues): Promise<ConnectAuth | undefined> {
    if (values.user === undefined && values["password-file"] !== undefined) {
        throw new Error("--password-file needs --user <name>");
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
    if (Object.keys(auth).length === 0) {
        return undefined;
    }
    const problems = checkAuth(auth);
    if (problems.length > 0) {
        throw new Error(problems.map(({ reason }) => inWordsOfOptions(reason)).join("\n"));
    }
    return auth;
}

/** The message with the names of the options instead of those of the arguments. */
export function inWordsOfOptions(message: string): string {
    return OPTION_OF.reduce((text, [argument, option]) => text.replaceAll(argument, option), message);
}

/** Runs work, and replaces the names of arguments in its error message by those of the options. */
export async function namingOptions<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof Error) {
            error.message = inWordsOfOptions(error.message);
        }
        throw error;
    }
}

async function password({ user, "password-file": file }: AccessValues): Promise<string> {
    if (file !== undefined) {
        return readLine(file, "--password-file");
    }
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
