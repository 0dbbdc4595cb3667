import type { AccessValues } from "@connect-cdc/connector/commands";
import type { AdoptedEntry } from "./adoptedConnector";
import { type AdoptedCluster, failedComments, liftedSecrets } from "./adoptedStackConfig";

/** Names of the credentials under the program's config key `secrets`. */
const PASSWORD = "connect-password";
const TOKEN = "connect-token";
const KEY = "connect-key";
/** Config key of the folder on the workers from which their config provider reads the connectors' secrets. */
const FOLDER = "secretsFolder";
const INDENT = 4;

/**
 * Returns a Pulumi program that declares the connectors on their own cluster, without a stack of this project. It contains
 * credentials only as references to the program's secrets and as paths.
 *
 * @param access the options for the credentials of the workers.
 */
export function adoptedProgram(cluster: AdoptedCluster, restUrls: string[], access: AccessValues): string {
    const { user, "bearer-file": bearer, key } = access;
    const needed = Object.entries({ [PASSWORD]: user, [TOKEN]: bearer, [KEY]: key });
    const secrets = needed.flatMap(([name, option]) => (option === undefined ? [] : [name]));
    const files = access.ca !== undefined || access.cert !== undefined;
    const shared = {
        cluster: new URL(restUrls[0]!).host,
        restUrls,
        ...(hasAccess(access) ? { auth: authOf(access) } : {}),
    };
    return [
        'import * as pulumi from "@pulumi/pulumi";',
        ...(files ? ['import { readFileSync } from "node:fs";'] : []),
        'import { Connector } from "@connect-cdc/connector";',
        "",
        ...secretLines(secrets),
        ...(liftedSecrets(cluster).length === 0 ? [] : REFERENCE_LINES),
        `const shared = ${source(shared)};`,
        ...Object.entries(cluster.connectors).flatMap(([name, { entry }]) => ["", declaration(name, entry)]),
        "",
        ...[...todo(cluster, secrets), ...failedComments(cluster)].map((line) => `// ${line}`),
    ].join("\n");
}

function secretLines(names: string[]): string[] {
    if (names.length === 0) return [];

    const type = names.map((name) => JSON.stringify(name)).join(" | ");
    return [`const secrets = new pulumi.Config().requireSecretObject<Record<${type}, string>>("secrets");`];
}

/** `require`, because a reference without the folder would replace a valid password. */
const REFERENCE_LINES = [
    `const folder = new pulumi.Config().require("${FOLDER}");`,
    "const reference = (name: string) => `\\${directory:${folder}:${name}}`;",
];

function hasAccess({
    user,
    "bearer-file": bearer,
    ca,
    cert,
    "server-name": serverName,
    insecure,
}: AccessValues): boolean {
    return [user, bearer, ca, cert, serverName, insecure || undefined].some((value) => value !== undefined);
}

/** Program text as a value in data. */
class Code {
    constructor(readonly text: string) {}
}

function authOf({
    user,
    "bearer-file": bearer,
    ca,
    cert,
    key,
    "server-name": serverName,
    insecure,
}: AccessValues): object {
    const fileText = (path: string) => new Code(`readFileSync(${JSON.stringify(path)}, "utf8")`);
    const secret = (name: string) => new Code(`secrets[${JSON.stringify(name)}]`);
    const tls = {
        ...(ca === undefined ? {} : { ca: fileText(ca) }),
        ...(cert === undefined ? {} : { cert: fileText(cert) }),
        ...(key === undefined ? {} : { key: secret(KEY) }),
        ...(serverName === undefined ? {} : { serverName }),
        ...(insecure ? { rejectUnauthorized: false } : {}),
    };
    return {
        ...(user === undefined ? {} : { basic: { username: user, password: secret(PASSWORD) } }),
        ...(bearer === undefined ? {} : { bearer: secret(TOKEN) }),
        ...(Object.keys(tls).length === 0 ? {} : { tls }),
    };
}

/** A connector is imported, except one with a plain-text password: `up` writes its new config. */
function declaration(name: string, { addDefaults: _, config, ...entry }: AdoptedEntry): string {
    const settings = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "object" && value !== null
                ? new Code(`reference(${JSON.stringify(value.secret)})`)
                : value,
        ]),
    );
    const args = source({ name, ...entry, config: settings }).replace("{", `{\n${" ".repeat(INDENT)}...shared,`);
    const options = entry.adopt ? "" : `, { import: ${JSON.stringify(name)} }`;
    return `new Connector(${JSON.stringify(name)}, ${args}${options});`;
}

/** Data as program text. */
function source(value: unknown, depth = 1): string {
    if (value instanceof Code) return value.text;

    if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);

    const key = (name: string) => (/^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name));
    const [inner, outer] = [depth, depth - 1].map((level) => " ".repeat(INDENT * level));
    const lines = Object.entries(value).map(([name, one]) => `${inner}${key(name)}: ${source(one, depth + 1)},\n`);
    return lines.length === 0 ? "{}" : `{\n${lines.join("")}${outer}}`;
}

function todo(cluster: AdoptedCluster, secrets: string[]): string[] {
    const lifted = liftedSecrets(cluster);
    return [
        "cluster may be any name. Do not change it later.",
        ...(secrets.length === 0 ? [] : ["Set these secrets. Each command asks for the value or reads it:"]),
        ...secrets.map(
            (name) => `pulumi config set --secret --path secrets.${name}${name === KEY ? " < key.pem" : ""}`,
        ),
        ...(lifted.length === 0
            ? []
            : [
                  "Put these values into files of one folder on every worker, readable by its DirectoryConfigProvider. Set the folder:",
                  `pulumi config set ${FOLDER} /path/of/the/folder`,
                  "For another config provider, change the line of reference. adopt: true writes the config once.",
                  ...lifted.map(
                      ({ name, connector, key, masked }) =>
                          `${name}: ${connector}, ${key}${masked ? ", which the cluster does not show" : ""}`,
                  ),
              ]),
    ];
}
