import type { Finding } from "../../../status/finding";
import type { PlatformSnapshot } from "../../../status/snapshot";
import type { TestStack } from "./stack";

/** The output of `npm run status` for a stack. */
export interface StatusRun {
    code: number;
    screen: string;
}

/** What `npm run status -- --json` prints. */
export interface StatusJson {
    wrong: number;
    warnings: number;
    findings: Finding[];
    report: PlatformSnapshot;
}

export async function runStatus(stack: TestStack): Promise<StatusRun> {
    const { code, stdout, stderr } = await stack.npmRun("status");
    return { code, screen: stdout + stderr };
}

export async function readStatus(stack: TestStack): Promise<StatusJson> {
    const { stdout } = await stack.npmRun("status", "--json");
    return JSON.parse(stdout) as StatusJson;
}

/** The value of an answer in a status; throws what there is instead. */
export function known<T>(answer: { ok: true; value: T } | { ok: false; error: string } | null | undefined): T {
    if (!answer?.ok) throw new Error(answer?.error ?? "not asked");

    return answer.value;
}
