import type { ContainerAddress } from "../../docker/containerLog";
import { isRunning } from "../../docker/crashLoop";
import type { MemberReturn } from "../../servers/health";
import { type Attempt, done } from "../../servers/wait";

/**
 * How long a gate waits for other members that are missing, ms. A crashed member has restarted by then. For one that has not,
 * this update may be the remedy, and the wait would keep it from being replaced.
 */
const MISSING_LIMIT_MS = 60_000;

/**
 * A condition for `waitFor`: a member has rejoined its cluster. It does not wait for members whose containers do not run, as
 * this update may start them later, nor for missing members longer than a limit.
 *
 * @param containers of all members, in order
 */
export function untilBack(
    member: string,
    containers: ContainerAddress[],
    check: () => Promise<MemberReturn>,
): () => Promise<Attempt<void>> {
    let missingSince = Infinity;
    const report = (why: string, others: number[]) => {
        const names = others.map((i) => containers[i]?.container ?? `member ${i}`).join(", ");
        console.log(`${member} is back; ${why}, the update does not wait for them: ${names}`);
    };
    return async () => {
        const { attempt, missing, needed } = await check();
        if (missing.length === 0) {
            missingSince = Infinity;
            return attempt;
        }
        missingSince = Math.min(missingSince, Date.now());
        const answers = await Promise.all(missing.map((i) => runs(containers[i])));
        const stopped = missing.filter((_, i) => !answers[i]);
        if (Date.now() - missingSince >= MISSING_LIMIT_MS) {
            report(`missing for ${MISSING_LIMIT_MS / 1000} s`, missing);
            return done();
        }
        if (missing.length - stopped.length >= needed) return attempt;
        report("not running yet", stopped);
        return done();
    };
}

async function runs(container: ContainerAddress | undefined): Promise<boolean> {
    return container !== undefined && isRunning(container);
}
