import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** `runtime.options` of `Pulumi.yaml`. */
export interface RuntimeOptions {
    /** Arguments of `node`. */
    nodeArguments: string[];
    /** Whether the SDK compiles TypeScript at run time. Default: true. */
    typescript: boolean;
    /** Path of a `tsconfig.json`. Default: the program's own. */
    tsconfig?: string;
}

export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
    const options = (info?.getOptions()?.toJavaScript() ?? {}) as { [name: string]: unknown };
    return {
        nodeArguments: words(typeof options.nodeargs === "string" ? options.nodeargs : ""),
        typescript: options.typescript !== false,
        tsconfig: typeof options.tsconfig === "string" ? options.tsconfig : undefined,
    };
}

/** Splits a line at the spaces outside quotes. */
function words(line: string): string[] {
    return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}
