import { loadavg } from "node:os";
import { rowsThrough } from "../test/support/rows/rowsThrough";
import { PLAIN_ROLL, ROTATIONS, upWith } from "../test/support/stack/rotations";
import { TestStack } from "../test/support/stack/stack";
import type { Figure } from "./figure";

/** A rotation should pause rows no longer than a plain roll of the same servers. */
const AIM = 1;

/**
 * The longest time without a new row in a queue while the keys of a stack with TLS are rotated, against a roll of the same servers
 * for another reason. The plain roll is measured before and after the rotations.
 */
export async function measureRotation(print: (line: string) => void): Promise<Figure[]> {
    const stack = await TestStack.create("bench");
    try {
        stack.configure({ security: { tls: "require" } });
        print(`stack ${stack.handle.name}, with TLS: pulumi up ...`);
        await stack.up();
        const pauses: [string, number][] = [];
        for (const [name, change] of [
            ["roll", PLAIN_ROLL],
            ...Object.entries(ROTATIONS),
            ["roll", PLAIN_ROLL],
        ] as const) {
            const { json, xml } = await rowsThrough(stack, ({ outputs }) => upWith(stack, change, outputs));
            const seconds = Math.max(json.pauseSeconds, xml.pauseSeconds);
            print(`rotation, ${name}: ${seconds.toFixed(1)} s (load ${loadavg()[0]!.toFixed(1)})`);
            pauses.push([name, seconds]);
        }
        return rotationFigures(pauses);
    } finally {
        await stack.dispose();
    }
}

/** @param pauses longest pause of each change, s; those named `roll` are plain rolls. */
export function rotationFigures(pauses: [name: string, seconds: number][]): Figure[] {
    const rolls = pauses.filter(([name]) => name === "roll").map(([, seconds]) => seconds);
    const longest = Math.max(...rolls);
    return pauses
        .filter(([name]) => name !== "roll")
        .map(([name, seconds]) => ({
            name: `longest pause of rows, ${name}, against the longer of ${rolls.length} plain rolls`,
            ratio: seconds / longest,
            aim: AIM,
            details: `${seconds.toFixed(1)} s; rolls ${rolls.map((roll) => roll.toFixed(1)).join(" ")} s`,
        }));
}
