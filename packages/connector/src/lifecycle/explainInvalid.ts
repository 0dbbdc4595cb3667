import { typesOf, withoutValue } from "../checks/validationProblems";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";

/**
 * Lists the problems of a config that Connect refused, with their keys. Connect's own message has no keys.
 *
 * @returns the refusal itself when the validation finds no problem.
 */
export async function explainInvalid(
    connectors: Connectors,
    config: Record<string, string>,
    refusal: ConnectError,
): Promise<ConnectError> {
    const problems = await problemsOf(connectors, config).catch(() => []);
    return problems.length === 0 ? refusal : invalid(connectors, config, problems, refusal.mayHaveHappened);
}

/**
 * Validates a config before anything is changed. A service without validation refuses an invalid config at the write.
 *
 * @throws ConnectError when the config is invalid, or when no worker answers.
 */
export async function requireValid(connectors: Connectors, config: Record<string, string>): Promise<void> {
    const problems = await problemsOf(connectors, config).catch((error: unknown) => {
        if (error instanceof ConnectError && error.kind === "refused") {
            return [];
        }
        // A validation changes nothing
        throw error instanceof ConnectError ? new ConnectError(error.kind, error.message) : error;
    });
    if (problems.length > 0) {
        throw invalid(connectors, config, problems, false);
    }
}

async function problemsOf(connectors: Connectors, config: Record<string, string>): Promise<string[]> {
    const { configs } = await connectors.validate(config);
    const types = typesOf(configs);
    return configs.flatMap(({ value: { name, errors = [] } }) =>
        errors.map((error) => `${name}: ${withoutValue(name, error, config[name], types.get(name))}`),
    );
}

function invalid(
    connectors: Connectors,
    config: Record<string, string>,
    problems: string[],
    mayHaveHappened: boolean,
): ConnectError {
    const lines = [...new Set(problems)].map((problem) => `\n  - ${problem}`).join("");
    const text = connectors.client.redact(`Connect refuses the config of connector "${config["name"]}":${lines}`);
    return new ConnectError("invalid", text, mayHaveHappened);
}
