import type { CertificateLife } from "../../servers/certificateEnd";
import type { Finding } from "../finding";
import { npmCommand } from "../npmCommand";
import type { PlatformSnapshot } from "../snapshot";
import { durationText, plural } from "../units";

const DAY_MS = 86_400_000;
/** A certificate that ends within so many days is wrong. */
const LAST_DAYS = 7;

/** Certificates in the last third of their life, in which an `up` renews them. */
export function certificateFindings({ certificates = [], takenAt, stack }: PlatformSnapshot): Finding[] {
    return certificates.flatMap(({ member, answer }): Finding[] => {
        if (!answer.ok || !isInLastThird(answer.value, takenAt)) return [];
        const left = answer.value.validTo - takenAt;
        return [
            {
                key: `certificate:${member}`,
                level: left < LAST_DAYS * DAY_MS ? "wrong" : "warning",
                subject: `certificate of ${member}`,
                text: endText(answer.value.validTo, left),
                remedy: `renew it: ${npmCommand(stack, "start")}; if it stays the same, its authority ends, too: put a new one first in security.authorities`,
            },
        ];
    });
}

function isInLastThird({ validFrom, validTo }: CertificateLife, now: number): boolean {
    return validTo - now < (validTo - validFrom) / 3;
}

function endText(validTo: number, left: number): string {
    const day = dayText(validTo);
    if (left <= 0) return `ended on ${day}: others refuse it`;
    return `ends in ${left < DAY_MS ? durationText(left) : plural(Math.floor(left / DAY_MS), "day")}, on ${day}`;
}

/** `2026-01-31`, of UTC. */
export function dayText(at: number): string {
    return new Date(at).toISOString().slice(0, 10);
}
