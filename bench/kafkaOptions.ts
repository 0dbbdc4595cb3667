import { credentialsOf, type StackOutputs } from "../cli/stack/stackOutputs";
import { parseAddress } from "../servers/address";
import { tlsOptions } from "../servers/tlsOptions";

/** Options of a client of a stack's brokers. These are on one host, as the stacks of all figures are. */
export function kafkaOptions(outputs: Pick<StackOutputs, "addresses" | "tls" | "operator">) {
    const bootstrapBrokers = outputs.addresses.kafka;
    const credentials = credentialsOf(outputs);
    const { host } = parseAddress(bootstrapBrokers[0]!);
    return {
        clientId: "connect-cdc-bench",
        bootstrapBrokers,
        ...(credentials && { tls: tlsOptions(host, credentials) }),
    };
}
