import type { EngineAddress } from "@connect-cdc/docker-engine";
import { TLS_MODES, type TlsMode } from "../config/tlsMode";
import { listContainers } from "../docker/engine";
import { LABEL, objectName, type StackIdentity } from "../docker/labels";

/** Members that are replaced one by one. */
const MEMBER = /^(zookeeper|kafka|connect|registry)-\d+$/;
const LIMIT_MS = 10_000;

/**
 * The modes of TLS that members of a stack have. After an update that failed half way there are two, and the outputs may have
 * either: the program ends before its last resource. Engines that do not answer are skipped; preflight reports them.
 * @param limitMs time for an engine to answer, ms. Default 10 s.
 */
export async function memberModes(
    engines: EngineAddress[],
    stack: StackIdentity,
    limitMs = LIMIT_MS,
): Promise<TlsMode[]> {
    const lists = await Promise.all(
        engines.map((engine) => listContainers(engine, stack, AbortSignal.timeout(limitMs)).catch(() => [])),
    );
    const members = lists
        .flat()
        .filter(({ Names: [name = ""] }) => MEMBER.test(name.slice(1 + objectName(stack, "").length)));
    return [...new Set(members.map(({ Labels }) => (Labels[LABEL.tlsMode] ?? "off") as TlsMode))];
}

/**
 * Checks a change of `security.tls` on a stack that runs: while its members are replaced one by one, those of the old mode must
 * work with those of the new one, and only neighbours do.
 *
 * @param present modes of the members, and of the last update.
 * @returns a problem with its remedy; undefined when there is none.
 */
export function tlsStepProblem(present: TlsMode[], wanted: TlsMode): string | undefined {
    const to = TLS_MODES.indexOf(wanted);
    const distance = (mode: TlsMode) => Math.abs(TLS_MODES.indexOf(mode) - to);
    const farthest = present.find(
        (mode) => distance(mode) > 1 && present.every((other) => distance(other) <= distance(mode)),
    );
    if (farthest === undefined) return undefined;
    const from = TLS_MODES.indexOf(farthest);
    const between = from < to ? TLS_MODES.slice(from + 1, to) : TLS_MODES.slice(to + 1, from).reverse();
    const steps = between.map((mode, i) => `${i === 0 ? "set" : "then"} ${mode}${i === 0 ? " first" : ""}, run up`);
    return (
        `security.tls = ${wanted}: the stack runs with ${farthest}, and members of these two modes do not work together while they are ` +
        `replaced one by one; ${steps.join(", ")}, then ${wanted}`
    );
}
