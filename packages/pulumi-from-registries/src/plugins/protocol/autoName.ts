import { createHash, randomBytes } from "node:crypto";

const SUFFIX_LENGTH = 7;

/** The resource's name and seven random digits. They follow from the engine's seed, if any, so that a plan holds. */
export function autoName(name: string, seed: Uint8Array): string {
    const random = seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex");
    return `${name}-${random.slice(0, SUFFIX_LENGTH)}`;
}
