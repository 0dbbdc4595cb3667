import { isPostgresSource } from "@connect-cdc/connector/postgres";
import type { CompletedConnector } from "./completeConnector";
import { converterOf, type EndpointSettings } from "./endpoints";
import { usesRegistry } from "./formats";
import { isJmsSink } from "./jmsSink";
import { debeziumTopics } from "./topics";

/** Parts of the stack config that hold levels of compatibility. */
interface LevelSettings extends Pick<EndpointSettings, "connect"> {
    registry: {
        /** URLs of an existing registry, which keeps its own level. Default: the stack's own registry. */
        url?: string;
        compatibility: string;
    };
    subjects: { subject: string; compatibility?: string }[];
}

/**
 * The levels of compatibility that hold for the subjects of a connector's topics, by a name that previews show. Of a connector
 * whose topics do not follow from its config: all levels. Undefined for a JMS sink and for a connector whose records have no
 * schema in a registry.
 */
export function subjectLevels(
    { entry, config }: Pick<CompletedConnector, "entry" | "config">,
    { registry, subjects, connect }: LevelSettings,
): Record<string, string> | undefined {
    const writes = (["key", "value"] as const).some((part) => usesRegistry(converterOf(part, config, { connect })));
    if (!writes || isJmsSink(entry.class)) return undefined;
    const topics = isPostgresSource(entry.class) ? debeziumTopics(config) : undefined;
    const isWritten = (subject: string) => !topics?.complete || topics.mayMake(subject.replace(/-(key|value)$/, ""));
    const ofRegistry = registry.url === undefined ? [["registry.compatibility", registry.compatibility]] : [];
    const own = subjects.flatMap(({ subject, compatibility }) =>
        compatibility !== undefined && isWritten(subject) ? [[subject, compatibility]] : [],
    );
    return Object.fromEntries([...ofRegistry, ...own]) as Record<string, string>;
}
