import { Command, Option } from "@commander-js/extra-typings";
import { eightAtATime } from "@connect-cdc/connector/checks";
import { type Connect, type ConnectorInfo, Deadline, systemClock } from "@connect-cdc/connector/client";
import { connectTo, namingOptions, readAccess, readUrls } from "@connect-cdc/connector/commands";
import { defaults } from "../../config/defaults";
import { type AdoptedConnector, adoptedConnector } from "../adopt/adoptedConnector";
import { adoptedProgram } from "../adopt/adoptedProgram";
import { type AdoptedCluster, adoptedText, liftedSecrets, stackConfig } from "../adopt/adoptedStackConfig";
import { notFound } from "../notFound";
import { accessValues, examples, withAccessOptions } from "../options";

/** Limit of the list of all connectors, s. */
const READ_SECONDS = 100;
/** Limits of one validation and of all, s: where a database does not answer, each takes a worker 90 s. */
const VALIDATION_SECONDS = 10;
const VALIDATIONS_SECONDS = 40;

export const command = withAccessOptions(
    new Command()
        .argument("<URLs>", "URLs of the cluster's workers, separated by commas")
        .option("--only <connectors>", "names of connectors, separated by commas (default: all)")
        .addOption(new Option("--json", "print JSON").conflicts("program"))
        .option("--program", "print a Pulumi program that declares the connectors on their own cluster"),
)
    .addHelpText(
        "after",
        "\n`pulumi up` takes the connectors over as they are.\nThe output has no secret values; its comments list them.",
    )
    .addHelpText(
        "after",
        examples(
            "npm run adopt -- http://127.0.0.1:7070 --only dbz-source,json-jms-sink",
            "npm run adopt -- https://connect.example.com:8083 --program --user deployer --ca ca.pem",
        ),
    )
    .action(async (urls, options) => {
        const { only, program = false, json } = options;
        const access = accessValues(options);
        const restUrls = readUrls(urls);
        const auth = await readAccess(access);
        const cluster = await namingOptions(() => adoptedCluster(connectTo(restUrls, auth), only?.split(","), program));
        const text = json
            ? JSON.stringify({ connectors: stackConfig(cluster), secrets: liftedSecrets(cluster) }, null, 4)
            : program
              ? adoptedProgram(cluster, restUrls, access)
              : adoptedText(cluster, auth !== undefined);
        process.stdout.write(`${text.trimEnd()}\n`);
    });

/**
 * @param only names of the connectors; default: all, and the stack's defaults that the cluster does not have are removed.
 * @param program true for a program, which has no defaults.
 */
async function adoptedCluster(connect: Connect, only: string[] | undefined, program: boolean): Promise<AdoptedCluster> {
    const live = await connect(READ_SECONDS).list();
    const unknown = only?.find((name) => !(name in live));
    if (unknown !== undefined) throw new Error(notFound("connector", unknown, Object.keys(live)));

    const taken = new Set<string>();
    const connectors: Record<string, AdoptedConnector> = {};
    const chosen = (only ?? Object.keys(live)).sort().map((name) => live[name]!);
    const all = new Deadline(systemClock, VALIDATIONS_SECONDS);
    const passwords = await eightAtATime(chosen, ({ info }) => passwordKeys(connect, info, all));
    const defaultConnectors: Record<string, { config: object }> = program ? {} : defaults.connectors;
    for (const [i, { info, status }] of chosen.entries()) {
        connectors[info.name] = adoptedConnector(info, status, {
            passwordKeys: passwords[i]!,
            defaultKeys: Object.keys(defaultConnectors[info.name]?.config ?? {}),
            taken,
        });
    }
    const absentDefaults = only || program ? [] : Object.keys(defaults.connectors).filter((name) => !(name in live));
    return { connectors, absentDefaults };
}

/** Settings of the type PASSWORD in the connector's definition. Empty when the worker does not answer in time. */
async function passwordKeys(connect: Connect, { name, config }: ConnectorInfo, all: Deadline): Promise<Set<string>> {
    const limitSeconds = Math.min(VALIDATION_SECONDS, all.remainingMs / 1000);
    const validation =
        limitSeconds > 0 &&
        (await connect(limitSeconds)
            .validate(config)
            .catch(() => false as const));
    if (!validation) {
        // The worker's message may contain the whole config, with passwords
        const text =
            "the worker does not validate its config, so secrets are found by the names of settings only; check them";
        process.stderr.write(`${name}: ${text}\n`);
        return new Set();
    }
    const passwords = validation.configs.filter(({ definition }) => definition?.type === "PASSWORD");
    return new Set(passwords.map(({ definition }) => definition!.name));
}
