import { setTimeout as sleep } from "node:timers/promises";
import { TestStack } from "../test/support/stack/stack";
import { type ChainRun, runChain, slowerQueue } from "./chain";
import type { Figure } from "./figure";
import { memoryOf, memoryText, SETTLE_SECONDS, total } from "./memory";
import { median } from "./statistics";

const RATE = 100;
/** Share of the rows per second of the chain without TLS. */
const BURST_AIM = 0.75;
const LATENCY_AIM = 1.3;
const MEMORY_AIM = 1.15;

/** What TLS may change about a stack. */
export interface TlsSide {
    chain: ChainRun;
    /** MiB by role. */
    memory: Map<string, number>;
}

/**
 * The chain and the memory of a stack with TLS everywhere, against those of one without. The stack must be up without TLS. Both are
 * up all the time, so that each has the same load beside it.
 */
export async function measureTls(plain: TestStack, print: (line: string) => void): Promise<Figure[]> {
    const secured = await TestStack.create("bench");
    try {
        secured.configure({ security: { tls: "require" } });
        print(`stack ${secured.handle.name}, with TLS: pulumi up ...`);
        await secured.up();
        return tlsFigures(
            await measureSide(plain, (line) => print(`plain, ${line}`)),
            await measureSide(secured, (line) => print(`TLS, ${line}`)),
        );
    } finally {
        await secured.dispose();
    }
}

async function measureSide(stack: TestStack, print: (line: string) => void): Promise<TlsSide> {
    const chain = await runChain(stack, print, [RATE]);
    await sleep(SETTLE_SECONDS * 1000);
    return { chain, memory: await memoryOf(stack) };
}

export function tlsFigures(plain: TlsSide, secured: TlsSide): Figure[] {
    const rates = ({ chain }: TlsSide) => chain.bursts.chain;
    const list = (side: TlsSide) => rates(side).map(rounded).join(" ");
    const share = median(rates(secured)) / median(rates(plain));
    const [before, after] = [plain, secured].map(({ chain }) => slowerQueue(chain.steady.get(RATE)!));
    return [
        {
            name: "TLS, time of a burst through the chain, against plain links",
            // Three quarters of the rows per second are 4/3 of the time
            ratio: 1 / share,
            aim: 1 / BURST_AIM,
            details: `${share.toFixed(2)} of the rows/s; TLS ${list(secured)} rows/s, plain ${list(plain)}, median of each`,
        },
        {
            name: `TLS, p99 of the slower queue at ${RATE} rows/s, against plain links`,
            ratio: after! / before!,
            aim: LATENCY_AIM,
            details: `TLS ${rounded(after!)} ms, plain ${rounded(before!)} ms`,
        },
        {
            name: "TLS, memory of the stack, against plain links",
            ratio: total(secured.memory) / total(plain.memory),
            aim: MEMORY_AIM,
            details: `TLS ${memoryText(secured.memory)}; plain ${memoryText(plain.memory)}`,
        },
    ];
}

function rounded(value: number): string {
    return value.toFixed(0);
}
