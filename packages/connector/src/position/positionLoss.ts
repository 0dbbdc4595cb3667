import type { ConnectorInfo } from "../client/types";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import type { InputProblem } from "../inputs/rules";
import { isUnknown } from "../inputs/unknown";
import { isSameClass, isShared, nameIn, PositionKey, positionValue, sourceClass } from "./sourceClasses";

/** Lists the connectors of a cluster by name. */
export interface ConnectorList {
    list(): Promise<Record<string, { info: ConnectorInfo }>>;
}

/** The arguments that a position depends on. */
export type Positioned = Pick<
    ConnectorInputs,
    "name" | "cluster" | "class" | "config" | "onPositionLoss" | "positionKeys" | "renamedFrom"
>;

const ALLOW = 'to allow it, set onPositionLoss: "startAnew"';

/**
 * Changes after which a connector would not continue from its position. Connect keeps a source's offsets by the connector's
 * name and by the plugin's source partition, a sink's offsets in the consumer group `connect-<name>`.
 *
 * @param olds the previous declaration.
 * @param type `source` or `sink`, the type of the previous plugin. Default: a connector with topics counts as a sink.
 */
export function positionLosses(olds: Positioned, news: Positioned, type?: string): InputProblem[] {
    if (news.onPositionLoss === "startAnew") {
        return [];
    }
    const problems: InputProblem[] = [];
    const check = (property: string, before: unknown, after: unknown, meaning: string, remedy = ALLOW) => {
        if (before !== after && !isUnknown(before) && !isUnknown(after)) {
            const [from, to] = [before, after].map((value) => (value === undefined ? "nothing" : `"${String(value)}"`));
            problems.push({
                property,
                reason: `${property} would change from ${from} to ${to}: ${meaning}; ${remedy}`,
            });
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

    const left =
        "the position stays with the old one: a source starts from the beginning, a sink at the offset of auto.offset.reset";
    const sink = type === undefined ? looksLikeSink(olds) : type === "sink";
    if (news.renamedFrom !== olds.name && !(sink && groupOf(olds) === groupOf(news))) {
        check("name", olds.name, news.name, left, `to keep the position, set renamedFrom: "${olds.name}"; ${ALLOW}`);
    }
    check("cluster", olds.cluster, news.cluster, `another cluster has other offsets: ${left}`);
    if (sink) {
        setting({ names: [GROUP], meaning: "the group's offsets are its position", fallback: `connect-${olds.name}` });
    } else if (isSameClass(olds.class, news.class)) {
        sourceClass(olds.class)?.position.forEach(setting);
    } else {
        check("class", olds.class, news.class, "another class of source cannot read these offsets");
    }
    for (const name of news.positionKeys ?? []) {
        setting({ names: [name], meaning: "the position depends on it (positionKeys)" });
    }
    return problems;
}

/**
 * Problems of a new source that shares a slot or topics with another connector of the cluster. Most often that connector is
 * the same source under its previous name.
 */
export async function sharedSourceProblems(connectors: ConnectorList, news: Positioned): Promise<InputProblem[]> {
    const ours = sourceClass(news.class)?.shared ?? [];
    const others = Object.values(await connectors.list()).flatMap(({ info }) =>
        info && ![news.name, news.renamedFrom].includes(info.name) ? [info] : [],
    );
    return others.flatMap(({ name, config }) => {
        const theirs = sourceClass(config["connector.class"] ?? "")?.shared ?? [];
        const shared = ours.filter((keys) => theirs.includes(keys) && isShared(news.config, config, keys));
        return shared.map(({ keys, meaning }): InputProblem => {
            const { names } = keys[0]!;
            const property = `config["${nameIn(news.config, names) ?? names[0]}"]`;
            const reason =
                `${property} is also that of connector "${name}" of this cluster: ${meaning}. If "${name}" is the previous name ` +
                `of this connector, set renamedFrom: "${name}" to keep its position; ${ALLOW}`;
            return { property, reason };
        });
    });
}

/** True for a source that takes a snapshot at each start of its task. */
export function snapshotsAlways({ class: connectorClass, config }: Pick<Positioned, "class" | "config">): boolean {
    return sourceClass(connectorClass) !== undefined && config["snapshot.mode"]?.toLowerCase() === "always";
}

const GROUP = "consumer.override.group.id";

/** The consumer group of a sink. */
function groupOf({ name, config }: Pick<Positioned, "name" | "config">): string {
    return config[GROUP] ?? `connect-${name}`;
}

/** Every sink has topics in its config. MirrorMaker's sources have them, too, and other sources may. */
function looksLikeSink({ class: connectorClass, config }: Pick<Positioned, "class" | "config">): boolean {
    const namesTopics = "topics" in config || "topics.regex" in config;
    return namesTopics && sourceClass(connectorClass) === undefined;
}
