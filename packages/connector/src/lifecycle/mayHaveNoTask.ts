/**
 * Sources that run without a task while there is nothing to copy: MirrorMaker's (`org.apache.kafka.connect.mirror`) without
 * topics or groups, and the JDBC sources of Confluent and Aiven without tables.
 */
const CLASSES = /(^|\.)(Mirror(Source|Checkpoint|Heartbeat)|JdbcSource)(Connector)?$/;

/** True for a class of {@link CLASSES}: its default of `minTasks` is 0. */
export function mayHaveNoTask(connectorClass: unknown): boolean {
    return typeof connectorClass === "string" && CLASSES.test(connectorClass);
}
