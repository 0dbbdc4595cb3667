import { parseArgs } from "node:util";
import { eightAtATime } from "@connect-cdc/connector/checks";
import { type Connect, type ConnectorInfo, Deadline, systemClock } from "@connect-cdc/connector/client";
import {
    ACCESS_OPTIONS,
    ACCESS_USAGE,
    connectTo,
    namingOptions,
    readAccess,
    readUrls,
} from "@connect-cdc/connector/commands";
import { defaults } from "../../config/config";
import { type AdoptedConnector, adoptedConnector } from "../adopt/adoptedConnector";
import { adoptedProgram } from "../adopt/adoptedProgram";
import { type AdoptedCluster, adoptedText, liftedSecrets, stackConfig } from "../adopt/adoptedStackConfig";
import { unknownName } from "../notFound";

const USAGE = `usage: npm run adopt -- <URL>[,<URL>...] [--only <connector>[,<connector>...]] [--json | --program]
${ACCESS_USAGE}`;

/** Limit of the list of all connectors, s. */
const READ_SECONDS = 100;
/** Limits of one validation and of all, s: where a database does not answer, each takes a worker 90 s. */
const VALIDATION_SECONDS = 10;
const VALIDATIONS_SECONDS = 40;

/**
 * `npm run adopt`: prints the stack config of the connectors that a live cluster has. `up` with it takes them over as they
 * are. It holds no secrets; a comment says which have to be given. With `--program` it is a Pulumi program that declares
 * them on their own cluster.
 */
export default async function adopt(args: string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: {
            only: { type: "string" },
            json: { type: "boolean", default: false },
            program: { type: "boolean", default: false },
            ...ACCESS_OPTIONS,
        },
    });
    const [urls, ...rest] = positionals;
    if (urls === undefined || rest.length > 0 || (values.json && values.program)) throw new Error(USAGE);

    const restUrls = readUrls(urls);
    const auth = await readAccess(values);
    const { only, program } = values;
    const cluster = await namingOptions(() => adoptedCluster(connectTo(restUrls, auth), only?.split(","), program));
    const text = values.json
        ? JSON.stringify({ connectors: stackConfig(cluster), secrets: liftedSecrets(cluster) }, null, 4)
        : program
          ? adoptedProgram(cluster, restUrls, values)
          : adoptedText(cluster, auth !== undefined);
    process.stdout.write(`${text.trimEnd()}\n`);
}

/**
 * @param only the connectors that are meant; all when not given, and then defaults of the stack that are not there go.
 * @param program true: for a program, which has no defaults.
 */
async function adoptedCluster(connect: Connect, only: string[] | undefined, program: boolean): Promise<AdoptedCluster> {
    const live = await connect(READ_SECONDS).list();
    const unknown = only?.find((name) => !(name in live));
    if (unknown !== undefined) throw new Error(unknownName("connector", unknown, Object.keys(live)));

    const taken = new Set<string>();
    const connectors: Record<string, AdoptedConnector> = {};
    const meant = (only ?? Object.keys(live)).sort().map((name) => live[name]!);
    const all = new Deadline(systemClock, VALIDATIONS_SECONDS);
    const passwords = await eightAtATime(meant, ({ info }) => passwordKeys(connect, info, all));
    const standard: Record<string, { config: object }> = program ? {} : defaults.connectors;
    for (const [i, { info, status }] of meant.entries()) {
        connectors[info.name] = adoptedConnector(info, status, {
            passwordKeys: passwords[i]!,
            defaultKeys: Object.keys(standard[info.name]?.config ?? {}),
            taken,
        });
    }
    const absentDefaults = only || program ? [] : Object.keys(defaults.connectors).filter((name) => !(name in live));
    return { connectors, absentDefaults };
}

/** Settings that the connector's own definition calls passwords. When the worker cannot tell in time, their names must. */
async function passwordKeys(connect: Connect, { name, config }: ConnectorInfo, all: Deadline): Promise<Set<string>> {
    const limitSeconds = Math.min(VALIDATION_SECONDS, all.remainingMs / 1000);
    const validation =
        limitSeconds > 0 &&
        (await connect(limitSeconds)
            .validate(config)
            .catch(() => false as const));
    if (!validation) {
        // What the worker says may hold the whole config, with passwords
        const text = `the worker does not validate its config, so names alone tell which settings are passwords: check them`;
        process.stderr.write(`${name}: ${text}\n`);
        return new Set();
    }
    const passwords = validation.configs.filter(({ definition }) => definition?.type === "PASSWORD");
    return new Set(passwords.map(({ definition }) => definition!.name));
}
