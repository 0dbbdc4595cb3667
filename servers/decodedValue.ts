import { ExactNumber } from "@connect-cdc/connector/client";

/** Reads the bytes of a value. */
export type Decode = (bytes: Buffer) => unknown;

/** JavaScript's numbers have too few digits for some. */
export function exactNumber(value: bigint | number): number | ExactNumber {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new ExactNumber(String(value));
}

/**
 * A decimal with all its digits, `-1.50`.
 *
 * @param bytes the unscaled number as two's complement, the highest byte first.
 */
export function decimalNumber(bytes: Uint8Array, scale: number): ExactNumber {
    const unscaled =
        bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
    if (scale <= 0) return new ExactNumber(String(unscaled * 10n ** BigInt(-scale)));
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
    return new ExactNumber(`${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
}
