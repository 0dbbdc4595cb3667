import { parseArgs } from "node:util";

import { defaults } from "../config";
import type { Connect, ConnectorInfo, ConnectorStatus } from "@connect-cdc/connector/client";
import { type AdoptedConnector, adoptedConnector } from "./adoptedConnector";
import { adoptedProgram } from "./adoptedProgram";
import { type AdoptedCluster, adoptedText, liftedSecrets, stackConfig } from "./adoptedText";
import { ACCESS_OPTIONS, ACCESS_USAGE, namingOptions, readAccess } from "./connectAccess";
import { connectTo, readUrls } from "./connectTarget";
import { unknownName } from "./names";

const USAGE = `usage: npm run adopt -- <URL>[,<URL>...] [--only <connector>[,<connector>...]] [--json | --program]
${ACCESS_USAGE}`;

/** Limit of a question, s; a validation may take a worker 90. */
const READ_SECONDS = 100;

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
    if (urls === undefined || rest.length > 0 || (values.json && values.program)) {
        throw new Error(USAGE);
    }
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

interface Live {
    info: ConnectorInfo;
    status: ConnectorStatus;
}

/**
 * @param only the connectors that are meant; all when not given, and then defaults of the stack that are not there go.
 * @param program true: for a program, which has no defaults.
 */
async function adoptedCluster(connect: Connect, only: string[] | undefined, program: boolean): Promise<AdoptedCluster> {
    const live = await connect(READ_SECONDS).list();
    const unknown = only?.find((name) => !(name in live));
    if (unknown !== undefined) {
        throw new Error(unknownName("connector", unknown, Object.keys(live)));
    }
    const taken = new Set<string>();
    const connectors: Record<string, AdoptedConnector> = {};
    for (const name of (only ?? Object.keys(live)).sort()) {
        connectors[name] = await adopted(connect, live[name]!, taken, program ? {} : defaults.connectors);
    }
    const absentDefaults = only || program ? [] : Object.keys(defaults.connectors).filter((name) => !(name in live));
    return { connectors, absentDefaults };
}

async function adopted(
    connect: Connect,
    { info, status }: Live,
    taken: Set<string>,
    defaultConnectors: Record<string, { config: object }>,
): Promise<AdoptedConnector> {
    const standard = defaultConnectors[info.name];
    return adoptedConnector(info, status, {
        passwordKeys: await passwordKeys(connect, info),
        defaultKeys: Object.keys(standard?.config ?? {}),
        taken,
    });
}

/** Settings that the connector's own definition calls passwords. When the worker cannot tell, their names must. */
async function passwordKeys(connect: Connect, { name, config }: ConnectorInfo): Promise<Set<string>> {
    try {
        const { configs } = await connect(READ_SECONDS).validate(config);
        const passwords = configs.filter(({ definition }) => definition?.type === "PASSWORD");
        return new Set(passwords.map(({ definition }) => definition!.name));
    } catch {
        // What the worker says may hold the whole config, with passwords
        const text = `the worker does not validate its config, so names alone tell which settings are passwords: check them`;
        process.stderr.write(`${name}: ${text}\n`);
        return new Set();
    }
}
