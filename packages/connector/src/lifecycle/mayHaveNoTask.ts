/**
 * Sources that rightly run without a task as long as there is nothing to copy: those of MirrorMaker (`org.apache.kafka.connect.mirror`)
 * without topics or groups that they may copy, and the JDBC sources of Confluent and Aiven without tables.
 */
const CLASSES = /(^|\.)(Mirror(Source|Checkpoint|Heartbeat)|JdbcSource)(Connector)?$/;

/** True for a class of {@link CLASSES}: its default of `minTasks` is 0. */
export function mayHaveNoTask(connectorClass: unknown): boolean {
    return typeof connectorClass === "string" && CLASSES.test(connectorClass);
}
