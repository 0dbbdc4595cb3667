import { measureChain } from "../../bench/chain";
import { measureConnectors } from "../../bench/connectors";
import { type Figure, renderFigure } from "../../bench/figure";
import { measureJmsSink } from "../../bench/jmsSink";
import { measureMemory } from "../../bench/memory";
import { measurePauses } from "../../bench/pauses";
import { measureStart } from "../../bench/start";
import { measureTransforms } from "../../bench/transforms";
import { measureUnchanged } from "../../bench/unchanged";
import { TestStack } from "../../test/support/stack";
import { logToStderr } from "../../tools/log";
import { setup } from "../../tools/setup/setup";

type Measure = (stack: TestStack, print: (line: string) => void) => Promise<Figure | Figure[]>;

/** Figures that take no stack. */
const alone: Record<string, () => Promise<Figure[]>> = {
    transforms: measureTransforms,
    "jms-sink": measureJmsSink,
    connectors: measureConnectors,
};
const parts: Record<string, Measure> = {
    memory: measureMemory,
    chain: measureChain,
    unchanged: measureUnchanged,
    start: measureStart,
    pauses: measurePauses,
};

/** `npm run bench`: all figures, on a stack of its own; `npm run bench -- memory unchanged`: only these. */
export default async function bench(args: string[]): Promise<void> {
    const known = [...Object.keys(alone), ...Object.keys(parts)];
    const unknown = args.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
        throw new Error(`No such figure: ${unknown.join(", ")}. The figures are: ${known.join(", ")}.`);
    }

    const isWanted = ([name]: [string, unknown]) => args.length === 0 || args.includes(name);
    await setup(logToStderr);
    const figures: Figure[] = [];
    for (const [, measure] of Object.entries(alone).filter(isWanted)) figures.push(...(await measure()));

    const onStack = Object.entries(parts).filter(isWanted);
    if (onStack.length > 0) figures.push(...(await measureOnStack(onStack.map(([, measure]) => measure))));

    process.stdout.write(`${figures.map(renderFigure).join("\n")}\n`);
}

async function measureOnStack(measures: Measure[]): Promise<Figure[]> {
    const stack = await TestStack.create("bench");
    try {
        logToStderr(`stack ${stack.handle.name}: pulumi up ...`);
        await stack.up();
        const figures: Figure[] = [];
        for (const measure of measures) figures.push(...[await measure(stack, logToStderr)].flat());

        return figures;
    } finally {
        await stack.dispose();
    }
}
