import { stringify } from "yaml";
import { isConnectorKey as isKey } from "../../config/checks/connectors";
import { type AdoptedConnector, freeName, type LiftedSecret } from "./adoptedConnector";

/** What was made of a cluster's connectors. */
export interface AdoptedCluster {
    connectors: Record<string, AdoptedConnector>;
    /** Connectors of the stack's defaults that the cluster does not have. */
    absentDefaults: string[];
}

/** The stack config of a cluster's connectors: as objects, `null` for defaults that are to go. */
export function stackConfig({ connectors, absentDefaults }: AdoptedCluster): Record<string, object | null> {
    const keys = new Set(Object.keys(connectors).filter(isKey));
    return Object.fromEntries([
        ...absentDefaults.map((name) => [name, null] as const),
        ...Object.entries(connectors).map(([name, { entry }]) =>
            isKey(name) ? ([name, entry] as const) : ([freeName(name, keys), { name, ...entry }] as const),
        ),
    ]);
}

export function liftedSecrets({ connectors }: AdoptedCluster): LiftedSecret[] {
    return Object.values(connectors).flatMap(({ secrets }) => secrets);
}

/**
 * The stack config as a part of `Pulumi.<stack>.yaml`, with what is left to do as comments below.
 *
 * @param wantsCredentials true when the cluster did: then it is none of a stack.
 */
export function adoptedText(cluster: AdoptedCluster, wantsCredentials = false): string {
    const yaml = stringify({ config: { "connect-cdc:connectors": stackConfig(cluster) } }, { lineWidth: 0 });
    const comments = [
        ...(wantsCredentials ? ELSEWHERE : []),
        ...secretComments(liftedSecrets(cluster)),
        ...failedComments(cluster),
    ];
    return yaml + comments.map((line) => `# ${line}\n`).join("");
}

const ELSEWHERE = [
    "A stack declares connectors on its own workers, which ask for no credentials. To declare these where they are, in a",
    "Pulumi program of your own: --program",
];

function secretComments(secrets: LiftedSecret[]): string[] {
    if (secrets.length === 0) return [];

    const commands = secrets.map(
        ({ name, connector, key, masked }) =>
            `pulumi config set --secret --path 'connect-cdc:secrets.${name}'    # ${connector}: ${key}` +
            (masked ? ", which the cluster does not show" : ""),
    );
    const written = [...new Set(secrets.filter(({ masked }) => !masked).map(({ connector }) => connector))];
    return [
        "Give these secrets their values; each command asks for one:",
        ...commands,
        ...(written.length > 0
            ? [
                  `The config of ${written.join(", ")} is written once, so that it no longer holds a password in the clear;`,
                  "that is what adopt: true allows. Take it out after the first up.",
              ]
            : []),
    ];
}

export function failedComments({ connectors }: AdoptedCluster): string[] {
    const failed = Object.entries(connectors).filter(([, connector]) => connector.failed);
    return failed.map(([name]) => `${name} has FAILED; up restarts what has, and fails when that does not help.`);
}
