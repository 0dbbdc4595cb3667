import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemLine } from "./problem";

/** All problems of a config. Its message lists them; a `RunError`, so that Pulumi prints no stack trace. */
export class ConfigError extends pulumi.RunError {
    constructor(readonly problems: Problem[]) {
        super(
            [
                `the stack config has ${problems.length} problem${problems.length === 1 ? "" : "s"}; nothing was changed:`,
                ...problems.map((problem) => `  ${problemLine(problem)}`),
                "Set a value with: pulumi config set --path 'connect-cdc:<path>' <value>",
            ].join("\n"),
        );
    }
}

/**
 * Logs the warnings among the problems.
 * @throws ConfigError with all other problems.
 */
export function reportProblems(problems: Problem[]): void {
    for (const problem of problems.filter(({ warning }) => warning)) void pulumi.log.warn(problemLine(problem));
    const errors = problems.filter(({ warning }) => !warning);
    if (errors.length > 0) throw new ConfigError(errors);
}
