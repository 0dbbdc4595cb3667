package dev.connectcdc.jms;

import dev.connectcdc.values.PluginVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes records to a queue or topic of a JMS broker. */
public class JmsSinkConnector extends SinkConnector {

    private static final Logger LOG = LoggerFactory.getLogger(JmsSinkConnector.class);

    private Map<String, String> props;

    @Override
    public String version() {
        return PluginVersion.of(JmsSinkConnector.class);
    }

    @Override
    public ConfigDef config() {
        return JmsSinkConfig.CONFIG_DEF;
    }

    @Override
    public Config validate(Map<String, String> connectorConfigs) {
        Config config = super.validate(connectorConfigs);
        try {
            JmsSinkConfig.checkJndiProperties(connectorConfigs);
        } catch (ConfigException e) {
            addError(config, JmsSinkConfig.PROVIDER_URL, e.getMessage());
        }
        try {
            JmsSinkConfig.checkFactoryProperties(connectorConfigs);
        } catch (ConfigException e) {
            addError(config, JmsSinkConfig.FACTORY_CLASS, e.getMessage());
        }
        JmsSinkConfig.pairProblems(connectorConfigs)
                .forEach((setting, problem) -> addError(config, setting, setting + ": " + problem));
        warn(connectorConfigs);
        hideSecrets(config);
        return config;
    }

    @Override
    public void start(Map<String, String> props) {
        new JmsSinkConfig(props);
        this.props = props;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return JmsSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        // Otherwise unchanged, so that Connect puts the references to secrets back before it stores the tasks' configs.
        return IntStream.range(0, maxTasks).mapToObj(this::taskConfig).toList();
    }

    private Map<String, String> taskConfig(int number) {
        Map<String, String> config = new HashMap<>(props);
        config.put(JmsSinkConfig.TASK_NUMBER, Integer.toString(number));
        return config;
    }

    @Override
    public void stop() {
        // Nothing is held open.
    }

    /** The answer of a validation has errors, and no warnings: only the worker's log can have one. */
    private static void warn(Map<String, String> props) {
        UnknownSettings.of(props).forEach((setting, remedy) -> LOG.warn(
                "Connector {}: the sink has no setting '{}' and ignores it; {}", props.get("name"), setting, remedy));
    }

    /** Connect shows the values, references to secrets resolved, to whoever asks for a validation. */
    private static void hideSecrets(Config config) {
        for (ConfigValue value : config.configValues()) {
            if (value.name().equals(JmsSinkConfig.PROVIDER_URL) && value.value() instanceof String url) {
                value.value(SecretFilter.cleanUrl(url));
            }
        }
    }

    private static void addError(Config config, String setting, String message) {
        for (ConfigValue value : config.configValues()) {
            if (value.name().equals(setting)) {
                value.addErrorMessage(message);
            }
        }
    }
}
