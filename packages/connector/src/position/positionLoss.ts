import type { ConnectorInputs, InputFault } from "../inputs/connectorInputs";
import type { ConnectorInfo } from "../client/types";
import { isSameClass, isShared, nameIn, PositionKey, positionValue, sourceClass } from "./sourceClasses";

/** What is to happen when a change makes a connector lose its position. */
export type OnPositionLoss = "refuse" | "startAnew";

/** Tells the connectors of a cluster by name. */
export interface ConnectorList {
    list(): Promise<Record<string, { info: ConnectorInfo }>>;
}

/** The arguments that a position hangs on. */
export type Positioned = Pick<
    ConnectorInputs,
    "name" | "cluster" | "class" | "config" | "onPositionLoss" | "positionKeys" | "renamedFrom"
>;

const ALLOW = 'onPositionLoss: "startAnew" allows it';

/**
 * Changes after which a connector would not go on from where it is, each with what would happen. Connect keeps a source's
 * offsets by the connector's name and by what the plugin calls a partition, a sink's in the consumer group `connect-<name>`.
 *
 * @param olds what was declared before.
 * @param isUnknown true for what Pulumi does not know before `up`.
 * @param type `source` or `sink`, as the plugin of before says. Without it, one that names topics counts as a sink.
 */
export function positionFaults(
    olds: Positioned,
    news: Positioned,
    isUnknown: (value: unknown) => boolean,
    type?: string,
): InputFault[] {
    if (news.onPositionLoss === "startAnew") {
        return [];
    }
    const faults: InputFault[] = [];
    const check = (property: string, before: unknown, after: unknown, meaning: string, remedy = ALLOW) => {
        if (before !== after && !isUnknown(before) && !isUnknown(after)) {
            const [from, to] = [before, after].map((value) => (value === undefined ? "nothing" : `"${String(value)}"`));
            faults.push({ property, reason: `${property} would change from ${from} to ${to}: ${meaning}. ${remedy}` });
        }
    };
    const setting = (key: PositionKey) => {
        const name = nameIn(news.config, key.names) ?? nameIn(olds.config, key.names) ?? key.names[0]!;
        const values = [olds, news].map(({ config }) => {
            const whole = config[nameIn(config, key.names) ?? ""];
            return isUnknown(whole) ? whole : positionValue(config, key);
        });
        check(`config["${name}"]`, values[0], values[1], key.meaning);
    };

    const left = "the position stays under the old one: a source begins anew, a sink where auto.offset.reset says";
    const sink = type === undefined ? looksLikeSink(olds) : type === "sink";
    if (news.renamedFrom !== olds.name && !(sink && groupOf(olds) === groupOf(news))) {
        check("name", olds.name, news.name, left, `renamedFrom: "${olds.name}" takes the position along; ${ALLOW}`);
    }
    check("cluster", olds.cluster, news.cluster, `another cluster has other offsets: ${left}`);
    if (sink) {
        setting({ names: [GROUP], meaning: "the group's offsets are its position", fallback: `connect-${olds.name}` });
    } else if (isSameClass(olds.class, news.class)) {
        sourceClass(olds.class)?.position.forEach(setting);
    } else {
        check("class", olds.class, news.class, "another class of source does not understand these offsets");
    }
    for (const name of news.positionKeys ?? []) {
        setting({ names: [name], meaning: "positionKeys says that the position hangs on it" });
    }
    return faults;
}

/**
 * What a new source must not share with another connector of the cluster: most often that one is itself, under the name
 * that it had before.
 */
export async function sharedSourceFaults(connectors: ConnectorList, news: Positioned): Promise<InputFault[]> {
    const ours = sourceClass(news.class)?.shared ?? [];
    const others = Object.values(await connectors.list()).flatMap(({ info }) =>
        info && ![news.name, news.renamedFrom].includes(info.name) ? [info] : [],
    );
    return others.flatMap(({ name, config }) => {
        const theirs = sourceClass(config["connector.class"] ?? "")?.shared ?? [];
        const shared = ours.filter((keys) => theirs.includes(keys) && isShared(news.config, config, keys));
        return shared.map(({ keys, meaning }): InputFault => {
            const { names } = keys[0]!;
            const property = `config["${nameIn(news.config, names) ?? names[0]}"]`;
            const reason =
                `${property} is that of connector "${name}" of this cluster, too: ${meaning}. If "${name}" is this one's old ` +
                `name, renamedFrom: "${name}" takes its position along; ${ALLOW}`;
            return { property, reason };
        });
    });
}

/** True where a source begins with a snapshot at each start of its task. */
export function snapshotsAlways({ class: connectorClass, config }: Pick<Positioned, "class" | "config">): boolean {
    return sourceClass(connectorClass) !== undefined && config["snapshot.mode"]?.toLowerCase() === "always";
}

const GROUP = "consumer.override.group.id";

/** The consumer group of a sink. */
function groupOf({ name, config }: Pick<Positioned, "name" | "config">): string {
    return config[GROUP] ?? `connect-${name}`;
}

/** Every sink names its topics; of the sources MirrorMaker's do, and others may. */
function looksLikeSink({ class: connectorClass, config }: Pick<Positioned, "class" | "config">): boolean {
    const namesTopics = "topics" in config || "topics.regex" in config;
    return namesTopics && sourceClass(connectorClass) === undefined;
}
