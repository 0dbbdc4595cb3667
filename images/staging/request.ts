import { z } from "zod";
import { fixedVersion, pluginProblems, pluginSources, type StageRequest } from "./contract";

const request = z.strictObject({
    kafkaVersion: fixedVersion,
    zookeeperVersion: fixedVersion,
    artemisVersion: fixedVersion,
    plugins: pluginSources,
    registryVersion: fixedVersion.optional(),
    watch: z.boolean().optional(),
});

/**
 * Reads and checks a request.
 * @throws Error with every problem, one on each line.
 */
export function parseRequest(text: string): StageRequest {
    let raw: unknown;
    try {
        raw = JSON.parse(text);
    } catch (error) {
        throw new Error(`the request to stage is not JSON: ${(error as Error).message}`);
    }
    const parsed = request.safeParse(raw);
    const plugins = pluginSources.safeParse((raw as Partial<StageRequest> | null)?.plugins);
    const problems = [
        ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`),
        ...pluginProblems(plugins.data ?? {}).map(({ path, rule, remedy }) => `plugins.${path}: ${rule}; ${remedy}`),
    ];
    if (problems.length > 0) {
        throw new Error(`the request to stage has problems:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    }
    return parsed.data!;
}
