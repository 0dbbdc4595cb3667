package dev.connectcdc.values;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of a plugin, which Maven writes into the file plugin.properties beside its classes. */
public final class PluginVersion {

    private PluginVersion() {}

    /** @param plugin a class of the plugin, in the package of the file */
    public static String of(Class<?> plugin) {
        Properties properties = new Properties();
        try (InputStream in = plugin.getResourceAsStream("plugin.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("plugin.properties in the plugin's JAR cannot be read", e);
        }
        return properties.getProperty("version");
    }
}
