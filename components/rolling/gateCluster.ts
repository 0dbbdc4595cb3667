import type { ContainerAddress } from "../../docker/containerLog";
import { isRunning } from "../../docker/crashLoop";
import type { MemberReturn } from "../../servers/health";
import { done, type Observation } from "../../servers/wait";

/**
 * How long a member waits for others that are gone, ms. One that crashed is back by then; of one that is not, this update
 * may be the remedy, and waiting for it would keep it from being replaced.
 */
const MISSING_LIMIT_MS = 60_000;

/**
 * Makes a condition for waiting until a member is back in its cluster. Others are not waited for while they do not run, as
 * this update has yet to start them, nor for longer than a limit.
 *
 * @param containers of all members, in order
 */
export function untilBack(
    member: string,
    containers: ContainerAddress[],
    look: () => Promise<MemberReturn>,
): () => Promise<Observation<void>> {
    let missingSince = Infinity;
    const report = (why: string, others: number[]) => {
        const names = others.map((i) => containers[i]?.container ?? `member ${i}`).join(", ");
        console.log(`${member} is back; ${why}, and not waited for: ${names}`);
    };
    return async () => {
        const { observation, missing, needed } = await look();
        if (missing.length === 0) {
            missingSince = Infinity;
            return observation;
        }
        missingSince = Math.min(missingSince, Date.now());
        const answers = await Promise.all(missing.map((i) => runs(containers[i])));
        const stopped = missing.filter((_, i) => !answers[i]);
        if (Date.now() - missingSince >= MISSING_LIMIT_MS) {
            report(`missing for ${MISSING_LIMIT_MS / 1000} s`, missing);
            return done();
        }
        if (missing.length - stopped.length >= needed) return observation;
        report("not running yet", stopped);
        return done();
    };
}

async function runs(container: ContainerAddress | undefined): Promise<boolean> {
    return container !== undefined && isRunning(container);
}
