package dev.connectcdc.jms;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Settings that look like ones of a JMS sink, and that this one does not have. Connect ignores them without a message. */
final class UnknownSettings {

    /** The sink's own names begin so, and those of siblings. */
    private static final List<String> PREFIXES = List.of(
            "jms.", "java.naming.", "connection.", "exactly.once.", "activemq.", "mq.", "tibco.", "solace.", "connect.jms.");

    private static final String NO_LIMIT = "remove it: the sink connects again without a limit";
    private static final String NOT_NEEDED = "remove it: it is not needed";
    private static final String STATE_QUEUE = "set " + JmsSinkConfig.STATE_QUEUE;

    private static final Map<String, String> REMEDIES = Map.of(
            "jms.connection.max.retries", NO_LIMIT,
            "max.retries", NO_LIMIT,
            "max.retry.time", NO_LIMIT,
            "jms.producer.disable.message.id", NOT_NEEDED,
            "jms.producer.disable.message.timestamp", NOT_NEEDED,
            "exactly.once.enabled", STATE_QUEUE,
            "mq.offsets.queue.name", STATE_QUEUE);

    private UnknownSettings() {}

    /** @return by setting what to do */
    static Map<String, String> of(Map<String, String> props) {
        Map<String, String> unknown = new TreeMap<>();
        for (String setting : props.keySet()) {
            boolean known = JmsSinkConfig.CONFIG_DEF.names().contains(setting)
                    || setting.startsWith(FactoryRules.PROPERTY_PREFIX);
            boolean ofJmsSinks = REMEDIES.containsKey(setting) || PREFIXES.stream().anyMatch(setting::startsWith);
            if (!known && ofJmsSinks) {
                unknown.put(setting, REMEDIES.getOrDefault(setting, "correct its name, or remove it"));
            }
        }
        return unknown;
    }

    /** @return one line for an error; empty when there is none */
    static String problem(Map<String, String> props) {
        return of(props).entrySet().stream()
                .map(unknown -> "the sink has no setting '" + unknown.getKey() + "': " + unknown.getValue())
                .collect(Collectors.joining("; "));
    }
}
