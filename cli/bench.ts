import { type Figure, renderFigure } from "../bench/figure";
import { measureMemory } from "../bench/memory";
import { measureStart } from "../bench/start";
import { measureUnchanged } from "../bench/unchanged";
import { TestStack } from "../test/support/stack";
import { logToStderr } from "../toolchain/log";
import { setup } from "../toolchain/setup/setup";

type Measure = (stack: TestStack, print: (line: string) => void) => Promise<Figure | Figure[]>;

const parts: Record<string, Measure> = { memory: measureMemory, unchanged: measureUnchanged, start: measureStart };

/** `npm run bench`: all figures, on a stack of its own; `npm run bench -- memory unchanged`: only these. */
export default async function bench(args: string[]): Promise<void> {
    const unknown = args.filter((name) => !(name in parts));
    if (unknown.length > 0) {
        throw new Error(`No such figure: ${unknown.join(", ")}. The figures are: ${Object.keys(parts).join(", ")}.`);
    }
    await setup(logToStderr);
    const stack = await TestStack.create("bench");
    try {
        logToStderr(`stack ${stack.handle.name}: pulumi up ...`);
        await stack.up();
        const figures: Figure[] = [];
        for (const [name, measure] of Object.entries(parts)) {
            if (args.length === 0 || args.includes(name)) {
                figures.push(...[await measure(stack, logToStderr)].flat());
            }
        }
        process.stdout.write(`${figures.map(renderFigure).join("\n")}\n`);
    } finally {
        await stack.dispose();
    }
}
