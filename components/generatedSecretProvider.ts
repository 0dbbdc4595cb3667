import { randomBytes } from "node:crypto";

/** Makes 192 random bits as letters, digits, `-` and `_`, which need no quotes in any config format. */
export async function create() {
    const value = randomBytes(24).toString("base64url");
    return { id: randomBytes(8).toString("hex"), outs: { value } };
}

/** A secret never changes. */
export async function diff() {
    return { changes: false };
}
