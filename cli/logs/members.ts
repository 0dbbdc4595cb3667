import type { ContainerAddress } from "../../docker/containerLog";
import { stackContainers } from "../../docker/engine";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { notFound } from "../notFound";
import type { StackOutputs } from "../stack/stackOutputs";

/** A container of a stack. */
export interface Member extends ContainerAddress {
    name: string;
}

/** The containers of a stack by name, on every host of its outputs; without outputs on this machine. */
export async function membersOf(stack: string, outputs?: StackOutputs): Promise<Member[]> {
    const hosts = Object.entries(outputs?.engines ?? { local: dockerEndpoint() });
    const found = await Promise.all(
        hosts.map(async ([host, endpoint]) => {
            const engine = { endpoint, certPath: outputs?.certPaths?.[host] };
            const containers = await stackContainers(host, engine, { project: PROJECT, stack });
            return containers.map(({ name }) => ({ ...engine, name, container: `${PROJECT}-${stack}-${name}` }));
        }),
    );
    return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

/** Selects members by name or by role, such as `kafka`. No name selects all. */
export function selectMembers(wanted: string[], known: string[]): string[] {
    const roleOf = (name: string) => name.replace(/-\d+$/, "");
    const roles = [...new Set(known.map(roleOf))].filter((role) => !known.includes(role));
    const unknown = wanted.find((name) => !known.includes(name) && !roles.includes(name));
    if (unknown !== undefined) throw new Error(notFound("member", unknown, [...known, ...roles]));

    return known.filter((name) => wanted.length === 0 || wanted.includes(name) || wanted.includes(roleOf(name)));
}
