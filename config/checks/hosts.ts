import { acceptsPlain } from "../../components/render/tls";
import { Problem, repeated, suggest } from "../problem";
import type { PlatformConfig } from "../schema";

const ROLES = ["zookeeper", "kafka", "connect", "database", "registry", "jmsBroker", "watch"] as const;

/** Problems of Docker hosts and of the members' placement. */
export function hostProblems(c: Partial<PlatformConfig>): Problem[] {
    const { hosts } = c;
    if (!hosts) return [];
    const names = Object.keys(hosts);
    if (names.length === 0) {
        const remedy = "leave it out for this machine's engine, or add one";
        return [{ path: "hosts", value: hosts, rule: "must name at least one Docker host", remedy }];
    }
    return [
        ...names.flatMap((name) => endpointProblems(`hosts.${name}.endpoint`, hosts[name]!.endpoint)),
        ...names.flatMap((name) => addressProblems(name, hosts[name]!, names.length)),
        ...openPlainProblems(c),
        ...sameEngineProblems(hosts),
        ...ROLES.flatMap((role) => placementProblems(role, c[role]?.placement ?? [], names)),
    ];
}

type Host = PlatformConfig["hosts"][string];

function endpointProblems(path: string, endpoint: string): Problem[] {
    const problem = (rule: string, remedy: string) => [{ path, value: endpoint, rule, remedy }];
    if (endpoint.startsWith("unix://")) {
        if (/^unix:\/\/\/./.test(endpoint)) return [];
        return problem("must hold the absolute path of a socket", "write unix:///var/run/docker.sock");
    }
    const tcp = endpoint.startsWith("tcp://");
    const example = tcp ? "tcp://<host>:2376" : "ssh://<user>@<host>";
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (!url || url.hostname === "" || !["", "/"].includes(url.pathname)) {
        return problem("is not the address of a Docker engine", `write ${example}`);
    }
    if (url.password !== "") {
        return problem("holds a password", "remove it; ssh takes a key, of its agent or its config file");
    }
    if (tcp && url.port === "") return problem("has no port", `write ${example}`);
    return [];
}

function addressProblems(name: string, { advertisedAddress }: Host, hosts: number): Problem[] {
    const problems: Problem[] = [];
    const advertised = { path: `hosts.${name}.advertisedAddress`, value: advertisedAddress };
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(advertisedAddress)) {
        problems.push({
            ...advertised,
            rule: "must be a host name or an IPv4 address, without scheme and port",
            remedy: "write what clients and the other hosts reach this host by",
        });
    } else if (hosts > 1 && /^(127\.|localhost$)/.test(advertisedAddress)) {
        problems.push({
            ...advertised,
            rule: "is every host's own address, so that the other hosts would not reach this one by it",
            remedy: "write an address that all hosts reach",
        });
    }
    return problems;
}

/** Plain links on ports that others reach. */
function openPlainProblems({ hosts, security, tls }: Partial<PlatformConfig>): Problem[] {
    if (!hosts || !security || tls === undefined || !acceptsPlain(tls) || security.trustedNetwork) return [];
    return Object.entries(hosts)
        .filter(([, { bindAddress }]) => !bindAddress.startsWith("127."))
        .map(([name, { bindAddress }]) => ({
            path: `hosts.${name}.bindAddress`,
            value: bindAddress,
            rule: `opens ports without TLS and authentication to others, because security.tls is ${tls}`,
            remedy:
                "bind to 127.0.0.1, or set security.tls: require, or set security.trustedNetwork: true if everyone who can reach " +
                "that address may read and change everything, connectors' secrets too",
        }));
}

function sameEngineProblems(hosts: PlatformConfig["hosts"]): Problem[] {
    const names = Object.keys(hosts);
    return repeated(Object.values(hosts).map(({ endpoint }) => endpoint)).map(([index, endpoint]) => ({
        path: `hosts.${names[index]}.endpoint`,
        value: endpoint,
        rule: "is the engine of another host, too",
        remedy: "keep one of the two: an engine is one host",
    }));
}

function placementProblems(role: (typeof ROLES)[number], placement: string[], names: string[]): Problem[] {
    const problems = [...placement.entries()]
        .filter(([, host]) => !names.includes(host))
        .map(([i, host]): Problem => ({
            path: `${role}.placement.${i}`,
            value: host,
            rule: `is not a host of this config; hosts has: ${names.join(", ")}`,
            remedy: suggest(host, names),
        }));
    if (["database", "jmsBroker"].includes(role) && placement.length > 1) {
        problems.push({
            path: `${role}.placement`,
            value: placement,
            rule: "names several hosts for one server",
            remedy: "name one",
        });
    }
    return problems;
}
