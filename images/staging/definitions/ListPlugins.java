import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Connector;
import org.apache.kafka.connect.runtime.isolation.PluginDesc;
import org.apache.kafka.connect.runtime.isolation.PluginDiscoveryMode;
import org.apache.kafka.connect.runtime.isolation.PluginScanResult;
import org.apache.kafka.connect.runtime.isolation.PluginSource;
import org.apache.kafka.connect.runtime.isolation.Plugins;

/**
 * Prints definitions.json: every plugin that a worker with this plugin path finds, with its settings. It asks Connect's own
 * discovery, so that each folder is loaded in isolation, and nothing is found here that a worker would not find.
 *
 * <p>It also finds which discovery a worker needs: service_load starts a worker in half the time, but finds only plugins
 * with a service file; hybrid_warn reads every class.
 *
 * <p>Arguments: the plugin path, and the file to write.
 */
public final class ListPlugins {
    private ListPlugins() {}

    public static void main(String[] args) throws Exception {
        Map<String, PluginDesc<?>> all = discover(args[0], "hybrid_warn");
        boolean services = discover(args[0], "service_load").keySet().equals(all.keySet());
        List<Object> definitions = new ArrayList<>();
        all.values().forEach(plugin -> definitions.add(describe(plugin)));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("discovery", services ? "service_load" : "hybrid_warn");
        result.put("plugins", definitions);
        new ObjectMapper().writeValue(new File(args[1]), result);
        // Plugins may have started threads
        System.exit(0);
    }

    /** Sorted: the file shall not change when nothing changed. */
    private static Map<String, PluginDesc<?>> discover(String path, String mode) {
        Map<String, PluginDesc<?>> all = new TreeMap<>();
        new Discovery(Map.of("plugin.path", path, "plugin.discovery", mode))
                .found.forEach(plugin ->
                        all.put(plugin.className() + " " + plugin.typeName() + " " + plugin.location(), plugin));
        return all;
    }

    /** Keeps what the discovery found: not every kind of plugin can be asked for later. */
    private static final class Discovery extends Plugins {
        // No initial value: the constructor of Plugins, which runs before, has set it
        private PluginScanResult found;

        Discovery(Map<String, String> properties) {
            super(properties);
        }

        @Override
        public PluginScanResult initLoaders(Set<PluginSource> sources, PluginDiscoveryMode mode) {
            found = super.initLoaders(sources, mode);
            return found;
        }
    }

    private static Map<String, Object> describe(PluginDesc<?> plugin) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("class", plugin.className());
        result.put("type", plugin.typeName());
        result.put("version", plugin.version());
        result.put("folder", folder(plugin.location()));
        List<Object> settings = new ArrayList<>();
        ConfigDef definition = inItsOwnLoader(plugin, () -> definition(plugin));
        if (definition != null) {
            Map<String, ConfigValue> said = inItsOwnLoader(plugin, () -> validated(plugin));
            definition.configKeys().values().forEach(key -> settings.add(describe(key, said == null ? null : said.get(key.name))));
        }
        result.put("config", settings);
        return result;
    }

    /** Connect gives the folder as a URL or path, and "classpath" for what comes with Kafka. */
    private static String folder(String location) {
        return location.replaceAll("/+$", "").replaceAll(".*/", "");
    }

    /** Every kind of plugin that has settings has the method config(), some only by habit. */
    private static ConfigDef definition(PluginDesc<?> plugin) throws ReflectiveOperationException {
        Object instance = plugin.pluginClass().getDeclaredConstructor().newInstance();
        try {
            return (ConfigDef) plugin.pluginClass().getMethod("config").invoke(instance);
        } catch (NoSuchMethodException none) {
            return null;
        }
    }

    /** A connector's validation of a config without settings; empty for other plugins. */
    private static Map<String, ConfigValue> validated(PluginDesc<?> plugin) throws ReflectiveOperationException {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        if (plugin.pluginClass().getDeclaredConstructor().newInstance() instanceof Connector connector) {
            connector.validate(Map.of()).configValues().forEach(value -> values.put(value.name(), value));
        }
        return values;
    }

    private static <T> T inItsOwnLoader(PluginDesc<?> plugin, Callable<T> action) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(plugin.loader());
        try {
            return action.call();
        } catch (Exception | LinkageError e) {
            System.err.println("no settings known of " + plugin.className() + ": " + e);
            return null;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** @param said the plugin's validation of the setting while it is not set, or null. */
    private static Map<String, Object> describe(ConfigDef.ConfigKey key, ConfigValue said) {
        Map<String, Object> result = new LinkedHashMap<>();
        boolean hasDefault = key.defaultValue != ConfigDef.NO_DEFAULT_VALUE;
        // Debezium's definitions have a default for every setting, and its validation shows which ones are required
        boolean required = !hasDefault
                || (said != null && said.errorMessages().stream().anyMatch(error -> error.endsWith("A value is required")));
        result.put("name", key.name);
        result.put("type", key.type.name());
        result.put("required", required);
        result.put("default", !hasDefault ? null : ConfigDef.convertToString(key.defaultValue, key.type));
        result.put("importance", key.importance.name());
        result.put("documentation", Objects.toString(key.documentation, ""));
        result.put("group", key.group);
        List<String> values = validValues(key);
        if (!values.isEmpty()) {
            result.put("validValues", values);
        }
        if (said != null && !said.recommendedValues().isEmpty()) {
            result.put("recommendedValues", said.recommendedValues().stream().map(String::valueOf).toList());
        }
        return result;
    }

    /** The values that a setting must have one of. Recommendations do not bind. */
    private static List<String> validValues(ConfigDef.ConfigKey key) {
        String text = Objects.toString(key.validator, "");
        boolean lists = key.validator instanceof ConfigDef.ValidString || key.validator instanceof ConfigDef.ValidList;
        return lists && text.startsWith("[") && text.endsWith("]")
                ? List.of(text.substring(1, text.length() - 1).split(",\\s*"))
                : List.of();
    }
}
