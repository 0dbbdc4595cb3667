package dev.connectcdc.jms;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Names that the commercial JMS sink and its siblings have for settings of this one. */
final class Aliases {

    /** The setting by its other name. */
    static final Map<String, String> SETTINGS = Map.of(
            "jms.producer.time.to.live.ms", JmsSinkConfig.TIME_TO_LIVE,
            "jms.producer.delivery.mode", JmsSinkConfig.DELIVERY_MODE,
            "jms.producer.priority", JmsSinkConfig.PRIORITY,
            "jms.connection.backoff.ms", JmsSinkConfig.BACKOFF);

    private Aliases() {}

    /** @return the settings, those with other names also under this sink's */
    static Map<String, String> resolved(Map<String, String> props) {
        Map<String, String> resolved = new HashMap<>(props);
        SETTINGS.forEach((alias, setting) -> {
            String value = props.get(alias);
            if (value != null) {
                resolved.putIfAbsent(
                        setting, setting.equals(JmsSinkConfig.DELIVERY_MODE) ? value.toLowerCase(Locale.ROOT) : value);
            }
        });
        return resolved;
    }

    /** @return by alias what is wrong when both names are set */
    static Map<String, String> problems(Map<String, String> props) {
        Map<String, String> problems = new LinkedHashMap<>();
        SETTINGS.forEach((alias, setting) -> {
            String value = props.get(alias);
            if (value != null && !value.equalsIgnoreCase(props.getOrDefault(setting, value))) {
                problems.put(alias, "is another name of " + setting + ", which has another value: remove one of them");
            }
        });
        return problems;
    }
}
