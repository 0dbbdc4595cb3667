type Version = [major: number, minor: number, patch: number];

/** Abilities that Connect got after 2.8, with their version of Kafka. */
const SINCE = {
    /** `POST /connectors/{name}/restart?includeTasks&onlyFailed`, and the state RESTARTING (KIP-745). */
    restartTasks: [3, 0, 0],
    /** `PUT /connectors/{name}/stop`, and the state STOPPED (KIP-875). */
    stop: [3, 5, 0],
    /** `GET /connectors/{name}/offsets` (KIP-875). */
    listOffsets: [3, 5, 0],
    /** `PATCH` and `DELETE /connectors/{name}/offsets` (KIP-875). */
    changeOffsets: [3, 6, 0],
    /** `POST /connectors` takes `initial_state` (KIP-980). */
    initialState: [3, 7, 0],
    /** A changed config restarts the tasks even if their own configs stay equal (KAFKA-9228). */
    restartsTasksOnUpdate: [3, 7, 1],
    /** Jetty 12, which refuses `%25`, `%2F` and `%5C` in a path. */
    strictPaths: [4, 0, 0],
} satisfies Record<string, Version>;

/** The abilities of a worker's version. */
export type Abilities = Record<keyof typeof SINCE, boolean>;

/**
 * The abilities of the version in `GET /`.
 *
 * @param version version of Kafka (`3.9.2`, `3.7.0.redhat-00003`) or of Confluent Platform (`7.5.1-ccs` is Kafka 3.5.1). An
 *   unreadable one counts as the oldest.
 */
export function abilitiesOf(version: string): Abilities {
    const found = kafkaVersion(version);
    const able = Object.entries(SINCE).map(([ability, since]) => [ability, compare(found, since) >= 0]);
    return Object.fromEntries(able) as Abilities;
}

function kafkaVersion(text: string): Version {
    const [major = 0, minor = 0, patch = 0] = (/^\d+(\.\d+)*/.exec(text)?.[0] ?? "").split(".").map(Number);
    return /-(ccs|ce|cp)/.test(text) ? [...kafkaOfConfluent(major, minor), patch] : [major, minor, patch];
}

/** Confluent Platform 5.0 is Kafka 2.0, 6.0 is 2.6, 7.0 is 3.0, 8.0 is 4.0. */
function kafkaOfConfluent(major: number, minor: number): [number, number] {
    if (major >= 7) return [major - 4, minor];
    return major === 6 ? [2, minor + 6] : [2, minor];
}

function compare(a: Version, b: Version): number {
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
