import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { typesOf, withoutValue } from "../checks/validationProblems";

/**
 * Says key by key what is wrong with a config that Connect refused: its own message joins all of them without their keys.
 *
 * @returns the refusal itself when the validation gives nothing better.
 */
export async function explainInvalid(
    connectors: Connectors,
    config: Record<string, string>,
    refusal: ConnectError,
): Promise<ConnectError> {
    const faults = await faultsOf(connectors, config).catch(() => []);
    return faults.length === 0 ? refusal : invalid(connectors, config, faults, refusal.mayHaveHappened);
}

/**
 * Lets a worker say whether it would take a config, before anything is changed. A service that does not offer that says it
 * when the config is written.
 *
 * @throws ConnectError when it would not, or when no worker answers.
 */
export async function requireValid(connectors: Connectors, config: Record<string, string>): Promise<void> {
    const faults = await faultsOf(connectors, config).catch((error: unknown) => {
        if (error instanceof ConnectError && error.kind === "refused") {
            return [];
        }
        // A question changes nothing
        throw error instanceof ConnectError ? new ConnectError(error.kind, error.message) : error;
    });
    if (faults.length > 0) {
        throw invalid(connectors, config, faults, false);
    }
}

async function faultsOf(connectors: Connectors, config: Record<string, string>): Promise<string[]> {
    const { configs } = await connectors.validate(config);
    const types = typesOf(configs);
    return configs.flatMap(({ value: { name, errors = [] } }) =>
        errors.map((error) => `${name}: ${withoutValue(name, error, config[name], types.get(name))}`),
    );
}

function invalid(
    connectors: Connectors,
    config: Record<string, string>,
    faults: string[],
    mayHaveHappened: boolean,
): ConnectError {
    const lines = [...new Set(faults)].map((fault) => `\n  - ${fault}`).join("");
    const text = connectors.client.redact(`Connect refuses the config of connector "${config["name"]}":${lines}`);
    return new ConnectError("invalid", text, mayHaveHappened);
}
