import { JMS_OPERATIONS, type JmsRule } from "../components/render/artemis";
import { OPERATOR } from "../components/render/tls";
import type { PlatformConfig } from "../config/schema";
import { isJmsSink, STATE_QUEUE } from "./jmsSink";
import { passwordSecretsOf } from "./passwordSecrets";

/** Users of the stack's own JMS broker. */
export interface DeclaredJmsAccess {
    /** Name of the secret with the password, by user. A secret that does not exist is to be generated. */
    passwordSecrets: Record<string, string>;
    /** What each user may do. The operator, who may do everything, has no rules. */
    rules: Record<string, JmsRule[]>;
}

/** The operator, the sinks' user and the users of the stack config. */
export function declaredJmsAccess({
    jmsBroker,
    completedConnectors,
}: Pick<PlatformConfig, "jmsBroker" | "completedConnectors">): DeclaredJmsAccess {
    const { user, passwordSecret, users, queues, topics } = jmsBroker;
    const declared = Object.entries(users);
    const stateQueues = completedConnectors
        .filter(({ entry }) => isJmsSink(entry.class))
        .flatMap(({ config }) => config[STATE_QUEUE] ?? []);
    // Without other users it is also the one that reads the queues
    const operations: JmsRule["operations"] = declared.length === 0 ? [...JMS_OPERATIONS] : ["send"];
    return {
        passwordSecrets: {
            [OPERATOR]: "jms-operator",
            [user]: passwordSecret,
            ...passwordSecretsOf("jms", users),
        },
        rules: {
            [user]: [
                ...[...queues, ...topics].map((address) => ({ address, operations })),
                ...stateQueues.map((address) => ({ address, operations: ["consume" as const] })),
            ],
            ...Object.fromEntries(declared.map(([name, { allow }]) => [name, allow])),
        },
    };
}
