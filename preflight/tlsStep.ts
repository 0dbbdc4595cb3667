import { TLS_MODES, type TlsMode } from "../config/tlsMode";

/**
 * Checks a change of `security.tls` on a stack that runs: while its members are replaced one by one, those of the old mode must
 * work with those of the new one, and only neighbours do.
 *
 * @param last mode of the last update.
 * @returns a problem with its remedy; undefined when there is none.
 */
export function tlsStepProblem(last: TlsMode, wanted: TlsMode): string | undefined {
    const [from, to] = [last, wanted].map((mode) => TLS_MODES.indexOf(mode)) as [number, number];
    if (Math.abs(to - from) <= 1) return undefined;
    const between = from < to ? TLS_MODES.slice(from + 1, to) : TLS_MODES.slice(to + 1, from).reverse();
    const steps = between.map((mode, i) => `${i === 0 ? "set" : "then"} ${mode}${i === 0 ? " first" : ""}, run up`);
    return (
        `security.tls = ${wanted}: the stack runs with ${last}, and members of these two modes do not work together while they are ` +
        `replaced one by one; ${steps.join(", ")}, then ${wanted}`
    );
}
