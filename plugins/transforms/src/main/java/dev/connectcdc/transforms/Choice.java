package dev.connectcdc.transforms;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** The values of a setting that takes one of a few words: checks them, and recommends them. The first is the default. */
final class Choice implements ConfigDef.Recommender {

    private final List<String> values;

    private Choice(List<String> values) {
        this.values = values;
    }

    static Choice of(String... values) {
        return new Choice(List.of(values));
    }

    /**
     * @param definition gets the setting
     * @param setting its name
     * @param displayName its name for a user interface
     * @param doc what it means
     * @return the definition
     */
    ConfigDef define(ConfigDef definition, String setting, String displayName, String doc) {
        return definition.define(
                setting,
                ConfigDef.Type.STRING,
                values.get(0),
                ConfigDef.ValidString.in(values.toArray(new String[0])),
                ConfigDef.Importance.LOW,
                doc,
                null,
                -1,
                ConfigDef.Width.SHORT,
                displayName,
                this);
    }

    @Override
    public List<Object> validValues(String name, Map<String, Object> parsedConfig) {
        return List.copyOf(values);
    }

    @Override
    public boolean visible(String name, Map<String, Object> parsedConfig) {
        return true;
    }
}
