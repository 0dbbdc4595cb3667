import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** What `runtime.options` of `Pulumi.yaml` says of how the program is run. */
export interface RuntimeOptions {
    /** Arguments for node itself. */
    nodeArguments: string[];
    /** Whether TypeScript is compiled on the fly; yes by default. */
    typescript: boolean;
    /** The `tsconfig.json` to use instead of the program's own. */
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

/** Splits at spaces that are not between quotes. */
function words(line: string): string[] {
    return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}
