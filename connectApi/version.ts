/** What a worker's version can do. */
export interface Abilities {
    /** `POST /connectors` takes `initial_state` (3.7, KIP-980). */
    initialState: boolean;
    /** `PUT /connectors/{name}/stop` and the state STOPPED (3.5, KIP-875). */
    stop: boolean;
    /** `POST /connectors/{name}/restart?includeTasks&onlyFailed` (3.0, KIP-745). */
    restartTasks: boolean;
    /** A changed config restarts the tasks even where their own configs stay equal (3.7.1, KAFKA-9228). */
    restartsTasksOnUpdate: boolean;
    /** `GET /connectors/{name}/offsets` (3.5, KIP-875). */
    listOffsets: boolean;
    /** `PATCH` and `DELETE /connectors/{name}/offsets` (3.6, KIP-875). */
    changeOffsets: boolean;
}

/**
 * Reads what `GET /` says about the version.
 *
 * @param version Kafka's (`3.9.2`, `3.7.0.redhat-00003`) or Confluent Platform's (`7.5.1-ccs` is Kafka 3.5.1).
 */
export function abilitiesOf(version: string): Abilities {
    const since = (...wanted: [number, number, number]) => compare(kafkaVersion(version), wanted) >= 0;
    return {
        initialState: since(3, 7, 0),
        stop: since(3, 5, 0),
        restartTasks: since(3, 0, 0),
        restartsTasksOnUpdate: since(3, 7, 1),
        listOffsets: since(3, 5, 0),
        changeOffsets: since(3, 6, 0),
    };
}

type Version = [major: number, minor: number, patch: number];

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
