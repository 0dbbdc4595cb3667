import { randomBytes } from "node:crypto";

/** Makes 192 random bits, in letters and digits and `-` and `_`, which no config format has to quote. */
export async function create() {
    const value = randomBytes(24).toString("base64url");
    return { id: randomBytes(8).toString("hex"), outs: { value } };
}

/** There is nothing to change: a secret, once made, stays. */
export async function diff() {
    return { changes: false };
}
