/** A setting that Connect itself takes for connectors, whatever their class. */
export interface ConnectSetting {
    name: string;
    /** Of Kafka's `ConfigDef.Type`. */
    type: string;
    required: boolean;
    validValues?: string[];
}

const setting = (name: string, type: string, validValues?: string[]): ConnectSetting => ({
    name,
    type,
    required: false,
    validValues,
});

/** ConnectorConfig of Kafka 3.9, without those that are arguments of their own. */
const OF_ALL = [
    setting("tasks.max.enforce", "BOOLEAN"),
    setting("key.converter", "CLASS"),
    setting("value.converter", "CLASS"),
    setting("header.converter", "CLASS"),
    setting("transforms", "LIST"),
    setting("predicates", "LIST"),
    setting("config.action.reload", "STRING", ["none", "restart"]),
    setting("errors.retry.timeout", "LONG"),
    setting("errors.retry.delay.max.ms", "LONG"),
    setting("errors.tolerance", "STRING", ["none", "all"]),
    setting("errors.log.enable", "BOOLEAN"),
    setting("errors.log.include.messages", "BOOLEAN"),
];

/** SourceConnectorConfig and SinkConnectorConfig of Kafka 3.9. */
const OF_TYPE: Record<string, ConnectSetting[]> = {
    source: [
        setting("topic.creation.groups", "LIST"),
        setting("topic.creation.default.replication.factor", "SHORT"),
        setting("topic.creation.default.partitions", "INT"),
        setting("exactly.once.support", "STRING", ["requested", "required"]),
        setting("transaction.boundary", "STRING", ["poll", "connector", "interval"]),
        setting("transaction.boundary.interval.ms", "LONG"),
        setting("offsets.storage.topic", "STRING"),
    ],
    sink: [
        setting("topics", "LIST"),
        setting("topics.regex", "STRING"),
        setting("errors.deadletterqueue.topic.name", "STRING"),
        setting("errors.deadletterqueue.topic.replication.factor", "SHORT"),
        setting("errors.deadletterqueue.context.headers.enable", "BOOLEAN"),
    ],
};

/** @param type `source` or `sink`. */
export function connectSettings(type: string): ConnectSetting[] {
    return [...OF_ALL, ...(OF_TYPE[type] ?? [])];
}
