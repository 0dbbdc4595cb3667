import { readFileSync } from "node:fs";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Definitions, StageRequest, StageResult } from "./contract";

/**
 * Stages the images. It runs in preview too, so that preview shows an image change; a warm run takes 0.3 s.
 * It ends before the first resource, so that a problem (unresolvable coordinate, checksum mismatch) changes nothing.
 * @throws RunError with the problems that staging found.
 */
export async function stageImages(request: StageRequest): Promise<StageResult> {
    try {
        const { stdout } = await command.local.run({
            command: "node images/staging/program.js",
            stdin: JSON.stringify(request),
            addPreviousOutputInEnv: false,
            logging: "stderr",
        });
        return JSON.parse(stdout) as StageResult;
    } catch (error) {
        // The message begins with the invoke and the command line; staging's own text follows
        const reason = (error as Error).message.replace(/^[^]*?running "[^"]*":\s*/, "");
        throw new pulumi.RunError(`the images cannot be made; nothing was changed:\n${reason}`);
    }
}

/** The settings of every plugin in the image, as staging read them. */
export function readDefinitions({ definitions }: StageResult): Definitions {
    return JSON.parse(readFileSync(definitions, "utf8")) as Definitions;
}
