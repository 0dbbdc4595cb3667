import { Argument, Command } from "@commander-js/extra-typings";
import { measureChain } from "../../bench/chain";
import { measureConnectors } from "../../bench/connectors";
import { type Figure, renderFigure } from "../../bench/figure";
import { measureFormats } from "../../bench/formats";
import { measureJmsSink } from "../../bench/jmsSink";
import { measureMemory } from "../../bench/memory";
import { measurePauses } from "../../bench/pauses";
import { measureReconcile } from "../../bench/reconcile";
import { measureRotation } from "../../bench/rotation";
import { measureStart } from "../../bench/start";
import { measureTls } from "../../bench/tls";
import { measureTransforms } from "../../bench/transforms";
import { measureUnchanged } from "../../bench/unchanged";
import { TestStack } from "../../test/support/stack/stack";
import { logToStderr } from "../../tools/log";
import { setup } from "../../tools/setup/setup";
import { examples } from "../options";

type Measure = (stack: TestStack, print: (line: string) => void) => Promise<Figure | Figure[]>;

/** Figures without a stack, or on stacks that they make themselves. */
const WITHOUT_STACK: Record<string, () => Promise<Figure[]>> = {
    transforms: measureTransforms,
    "jms-sink": measureJmsSink,
    connectors: measureConnectors,
    reconcile: measureReconcile,
    formats: () => measureFormats(logToStderr),
    rotation: () => measureRotation(logToStderr),
};
/** Figures on a stack of their own. */
const ON_STACK: Record<string, Measure> = {
    memory: measureMemory,
    chain: measureChain,
    unchanged: measureUnchanged,
    start: measureStart,
    pauses: measurePauses,
    tls: measureTls,
};

export const command = new Command()
    .addArgument(
        new Argument("[figures...]", "figures to measure (default: all)").choices([
            ...Object.keys(WITHOUT_STACK),
            ...Object.keys(ON_STACK),
        ]),
    )
    .addHelpText("after", examples("npm run bench -- memory unchanged"))
    .action(async (names) => {
        const isWanted = ([name]: [string, unknown]) => names.length === 0 || names.includes(name);
        await setup(logToStderr);
        const figures: Figure[] = [];
        for (const [, measure] of Object.entries(WITHOUT_STACK).filter(isWanted)) figures.push(...(await measure()));

        const onStack = Object.entries(ON_STACK).filter(isWanted);
        if (onStack.length > 0) figures.push(...(await measureOnStack(onStack.map(([, measure]) => measure))));

        process.stdout.write(`${figures.map(renderFigure).join("\n")}\n`);
    });

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
