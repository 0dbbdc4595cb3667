import { randomBytes } from "node:crypto";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { parseConfig } from "../../../config/load";
import type { TestStack } from "./stack";

type Config = ReturnType<typeof parseConfig>;
type Sections = Parameters<TestStack["configure"]>[0];

/** Other sections of the config, from the whole one. */
type Change = (config: Config) => Sections;

const JVMS = ["zookeeper", "kafka", "connect", "jmsBroker"] as const;

/**
 * A roll of the containers of all servers that changes next to nothing: what rotations are compared with. A limit of memory would not
 * do, as it changes without another container.
 */
export const PLAIN_ROLL: Change = (config) => ({
    ...Object.fromEntries(JVMS.map((role) => [role, { heapMb: config[role].heapMb + 1 }])),
    database: { config: { max_connections: Number(config.database.config["max_connections"] ?? 100) + 1 } },
});

/** What is rotated on a stack with TLS, in this order. */
export const ROTATIONS: Record<string, Change> = {
    "all certificates": ({ security }) => ({ security: { certificateDays: security.certificateDays - 1 } }),
    "a new authority, trusted": ({ security: { authorities } }) => ({
        security: { authorities: [...authorities, { name: randomName() }] },
    }),
    "a new authority, signing": ({ security: { authorities } }) => ({
        security: { authorities: [...authorities].reverse() },
    }),
    "a new authority, alone": ({ security: { authorities } }) => ({
        security: { authorities: authorities.slice(0, 1) },
    }),
    "passwords of the database and the JMS broker": () => ({
        secrets: { "database-password": randomName(), "jms-password": randomName() },
    }),
};

/**
 * Runs `up` with the changed sections.
 *
 * @param outputs of the clients that use the stack meanwhile: they reconnect with new passwords, as applications would.
 */
export async function upWith(stack: TestStack, change: Change, outputs: StackOutputs): Promise<void> {
    const before = stack.config();
    const sections = Object.entries(change(parseConfig(before)));
    stack.configure(Object.fromEntries(sections.map(([name, section]) => [name, { ...before[name], ...section }])));
    const { "database-password": database, "jms-password": jmsBroker } = stack.config().secrets ?? {};
    if (database !== undefined) outputs.database.password = database as string;
    if (jmsBroker !== undefined) outputs.jmsBroker.password = jmsBroker as string;
    await stack.up();
}

function randomName(): string {
    return `r${randomBytes(6).toString("hex")}`;
}
