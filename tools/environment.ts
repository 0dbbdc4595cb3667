import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder, stateFolder } from "./folders";
import { DEV_PASSPHRASE_FILE, DEV_STACK } from "./project";
import { type PulumiTools, rememberedPulumi } from "./setup/pulumi";

/**
 * The variables that `pulumi` needs in addition to this process's environment. The user's login (`pulumi login`,
 * PULUMI_BACKEND_URL, PULUMI_ACCESS_TOKEN) and passphrase (PULUMI_CONFIG_PASSPHRASE or _FILE) have priority. Without them,
 * the state is in a local folder, and each stack has its own passphrase there.
 *
 * @param stack name of the stack.
 * @throws Error before the first set-up.
 */
export function pulumiEnvironment(stack: string = DEV_STACK): NodeJS.ProcessEnv {
    const tools = rememberedPulumi();
    if (tools === undefined) throw new Error("The Pulumi CLI is not set up. Run npm start first.");
    return {
        ...toolVariables(tools),
        ...backendVariables(tools),
        ...passphraseVariables(stack),
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
}

function toolVariables({ binFolder, pulumiHome }: PulumiTools): NodeJS.ProcessEnv {
    const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== binFolder);
    return {
        PATH: [...(binFolder === undefined ? [] : [binFolder]), ...path].join(delimiter),
        ...(pulumiHome === undefined ? {} : { PULUMI_HOME: pulumiHome }),
    };
}

function backendVariables({ pulumiHome }: PulumiTools): NodeJS.ProcessEnv {
    const { PULUMI_BACKEND_URL, PULUMI_ACCESS_TOKEN, PULUMI_CREDENTIALS_PATH } = process.env;
    if (PULUMI_BACKEND_URL) return { PULUMI_BACKEND_URL };
    const userHome = join(homedir(), ".pulumi");
    const credentials = PULUMI_CREDENTIALS_PATH || userPulumiHome() || userHome;
    const login = currentLogin(credentials);
    // Named, so that recovery finds the locks in that folder
    if (!PULUMI_ACCESS_TOKEN && login?.startsWith("file://")) return { PULUMI_BACKEND_URL: login };
    if (PULUMI_ACCESS_TOKEN || login !== undefined) {
        // Without this variable, the CLI would search the login in our PULUMI_HOME
        return pulumiHome === undefined ? {} : { PULUMI_CREDENTIALS_PATH: credentials };
    }
    return { PULUMI_BACKEND_URL: pathToFileURL(stateFolder("pulumi")).href };
}

/** PULUMI_HOME of the environment, unless `npm run env` has set it to a folder of the cache. */
function userPulumiHome(): string | undefined {
    const home = process.env.PULUMI_HOME;
    return home?.startsWith(cacheFolder()) ? undefined : home;
}

/** The backend of the user's last `pulumi login`. */
function currentLogin(folder: string): string | undefined {
    const file = join(folder, "credentials.json");
    if (!existsSync(file)) return undefined;
    const { current } = JSON.parse(readFileSync(file, "utf8")) as { current?: string };
    return current || undefined;
}

function passphraseVariables(stack: string): NodeJS.ProcessEnv {
    const { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
    if (PULUMI_CONFIG_PASSPHRASE !== undefined) return {};
    // `npm run env` may have set a file of ours for another stack. It is not the user's choice.
    const isOurs = file === DEV_PASSPHRASE_FILE || (file && dirname(file) === stateFolder("passphrases"));
    if (file && !isOurs) return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
    return { PULUMI_CONFIG_PASSPHRASE_FILE: stack === DEV_STACK ? DEV_PASSPHRASE_FILE : ownPassphraseFile(stack) };
}

/** A generated passphrase for each other stack, because the public one must not protect real secrets. */
function ownPassphraseFile(stack: string): string {
    const file = join(stateFolder("passphrases"), stack);
    try {
        writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return file;
}

/** The variables of {@link pulumiEnvironment} as lines for a shell's `eval`. */
export function shellLines(stack?: string): string {
    const { PATH: _npmAddsFoldersHere, ...variables } = pulumiEnvironment(stack);
    return exportLines(variables) + prependToPath(rememberedPulumi()?.binFolder);
}

/** Variables as lines for a shell's `eval`. */
export function exportLines(variables: NodeJS.ProcessEnv): string {
    return Object.entries(variables)
        .map(([name, value]) => `export ${name}=${quote(value ?? "")}\n`)
        .join("");
}

/** A line for a shell's `eval` that adds a folder to the beginning of PATH, unless PATH contains it. */
export function prependToPath(folder: string | undefined): string {
    if (folder === undefined) return "";
    return `case ":$PATH:" in *:${quote(folder)}:*) ;; *) export PATH=${quote(folder)}":$PATH" ;; esac\n`;
}

/** Quotes a value for any POSIX shell. Between single quotes only the single quote is special. */
function quote(value: string): string {
    return `'${value.replaceAll("'", `'\\''`)}'`;
}
