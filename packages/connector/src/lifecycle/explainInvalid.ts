import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { typesOf, withoutValue } from "../checks/validationFindings";

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
    const faults = await connectors
        .validate(config)
        .then(({ configs }) => {
            const types = typesOf(configs);
            return configs.flatMap(({ value: { name, errors = [] } }) =>
                errors.map((error) => `${name}: ${withoutValue(name, error, config[name], types.get(name))}`),
            );
        })
        .catch(() => []);
    if (faults.length === 0) {
        return refusal;
    }
    const lines = [...new Set(faults)].map((fault) => `\n  - ${fault}`).join("");
    const text = connectors.client.redact(`Connect refuses the config of connector "${config["name"]}":${lines}`);
    return new ConnectError("invalid", text, refusal.mayHaveHappened);
}
