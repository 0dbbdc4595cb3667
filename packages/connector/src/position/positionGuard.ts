import type { InputFault } from "../connectorInputs";
import type { ConnectorInfo } from "../client/types";
import { isPostgresSource, postgresSource } from "../postgres/postgresSource";

/** What is to happen when a change makes a connector lose its position. */
export type OnPositionLoss = "refuse" | "startAnew";

/** Tells the connectors of a cluster by name. */
export interface ConnectorList {
    list(): Promise<Record<string, { info: ConnectorInfo }>>;
}

/** The arguments that a position hangs on. */
export interface Positioned {
    name: string;
    cluster: string;
    class: string;
    config: Record<string, string>;
    onPositionLoss?: OnPositionLoss;
}

const ALLOW =
    'onPositionLoss: "startAnew" allows it. To keep the position, restore the offsets under the new one while its state is "stopped"';
/** Debezium keeps a position under `{"server": <topic.prefix>}`; LSNs count for one database's slot (3.7.0). */
const BEGINS_ANEW =
    "offsets are kept by it: the source would begin anew, with a snapshot of every table where snapshot.mode says so";

/**
 * Changes after which a connector would not go on from where it is, each with what would happen. Connect keeps a source's
 * offsets by the connector's name and by what the plugin calls a partition, a sink's in the consumer group `connect-<name>`.
 *
 * @param olds what was declared before.
 * @param isUnknown true for what Pulumi does not know before `up`.
 */
export function positionFaults(
    olds: Positioned,
    news: Positioned,
    isUnknown: (value: unknown) => boolean,
): InputFault[] {
    if (news.onPositionLoss === "startAnew") {
        return [];
    }
    const faults: InputFault[] = [];
    const check = (property: string, before: unknown, after: unknown, meaning: string) => {
        if (before !== after && !isUnknown(before) && !isUnknown(after)) {
            const [from, to] = [before, after].map((value) => (value === undefined ? "nothing" : `"${String(value)}"`));
            faults.push({ property, reason: `${property} would change from ${from} to ${to}: ${meaning}. ${ALLOW}` });
        }
    };
    const setting = (key: string, meaning: string, fallback?: string) =>
        check(`config["${key}"]`, olds.config[key] ?? fallback, news.config[key] ?? fallback, meaning);

    const left = "the position stays under the old one: a source begins anew, a sink where auto.offset.reset says";
    check("name", olds.name, news.name, left);
    check("cluster", olds.cluster, news.cluster, `another cluster has other offsets: ${left}`);
    if (isSink(olds.config)) {
        setting("consumer.override.group.id", "the group's offsets are its position");
        return faults;
    }
    check("class", olds.class, news.class, "another class of source does not understand these offsets");
    if (olds.class.startsWith("io.debezium.")) {
        setting("topic.prefix", BEGINS_ANEW);
    }
    if (isPostgresSource(olds.class)) {
        const [before, after] = [postgresSource(olds.config), postgresSource(news.config)];
        const noLog =
            "changes between its position and what the new slot holds are not there: Debezium refuses to start";
        check('config["slot.name"]', before.slot, after.slot, noLog);
        setting("database.dbname", "the position is one in the old database's slot, and the new one gets no snapshot");
    }
    return faults;
}

/**
 * What a new Debezium source must not share with another connector of the cluster: most often that one is itself, under
 * the name that it had before.
 */
export async function sharedSourceFaults(connectors: ConnectorList, news: Positioned): Promise<InputFault[]> {
    const others = Object.values(await connectors.list()).flatMap(({ info }) =>
        info && info.name !== news.name && isPostgresSource(info.config["connector.class"] ?? "") ? [info] : [],
    );
    return others.flatMap(({ name, config }) => {
        const same = (key: string) => config[key] !== undefined && config[key] === news.config[key];
        const faults: InputFault[] = [];
        const add = (property: string, what: string) => {
            const reason =
                `${property} is that of connector "${name}" of this cluster, too: ${what}. If "${name}" is this one's old name, ` +
                `it has to be deleted first, and its position taken along. ${ALLOW}`;
            faults.push({ property, reason });
        };
        const { slot } = postgresSource(news.config);
        if (same("database.hostname") && same("database.port") && postgresSource(config).slot === slot) {
            add('config["slot.name"]', "a slot has one reader");
        }
        if (same("topic.prefix")) {
            add('config["topic.prefix"]', "both would write the same topics");
        }
        return faults;
    });
}

/** Every sink names its topics; a source that does has none. */
function isSink(config: Record<string, string>): boolean {
    return "topics" in config || "topics.regex" in config;
}
