import { stringify } from "yaml";
import { isConnectorKey as isKey } from "../../config/checks/connectors";
import { type AdoptedConnector, freeName, type LiftedSecret } from "./adoptedConnector";

/** The connectors of a cluster as stack config. */
export interface AdoptedCluster {
    connectors: Record<string, AdoptedConnector>;
    /** Connectors of the stack's defaults that the cluster does not have. */
    absentDefaults: string[];
}

/** The stack config of a cluster's connectors as objects; `null` removes a default. */
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
 * The stack config as a part of `Pulumi.<stack>.yaml`, followed by comments with the remaining steps.
 *
 * @param hasCredentials true when the cluster needed credentials, so it does not belong to a stack.
 */
export function adoptedText(cluster: AdoptedCluster, hasCredentials = false): string {
    const yaml = stringify({ config: { "connect-cdc:connectors": stackConfig(cluster) } }, { lineWidth: 0 });
    const comments = [
        ...(hasCredentials ? ELSEWHERE : []),
        ...secretComments(liftedSecrets(cluster)),
        ...failedComments(cluster),
    ];
    return yaml + comments.map((line) => `# ${line}\n`).join("");
}

const ELSEWHERE = [
    "A stack declares connectors on its own workers, which have no authentication. To declare these connectors on their own",
    "cluster, print a Pulumi program: --program",
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
        "Set these secrets. Each command asks for the value:",
        ...commands,
        ...(written.length > 0
            ? [
                  `adopt: true writes the config of ${written.join(", ")} once, with references instead of passwords.`,
                  "Remove it after the first up.",
              ]
            : []),
    ];
}

export function failedComments({ connectors }: AdoptedCluster): string[] {
    const failed = Object.entries(connectors).filter(([, connector]) => connector.failed);
    return failed.map(([name]) => `${name} has FAILED; up restarts it, and fails when it fails again.`);
}
