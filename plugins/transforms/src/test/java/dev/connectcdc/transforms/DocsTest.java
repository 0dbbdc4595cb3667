package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/** The pages on the writers, if the plugins are in the whole repository. */
class DocsTest {

    private static final Path DOCS = Path.of("..", "..", "docs");
    private static final Pattern SETTING = Pattern.compile("^\\| `([a-z.]+)` *\\| `([^`]*)` *\\| *\\S", Pattern.MULTILINE);

    @Test
    void everySettingOfJsonWriterIsOnItsPageWithItsDefault() throws IOException {
        assertEquals(defaults(JsonWriter.CONFIG_DEF), documented(page("json-writer.md")));
    }

    @Test
    void everySettingOfXmlWriterIsOnItsPageWithItsDefault() throws IOException {
        assertEquals(defaults(XmlWriter.CONFIG_DEF), documented(page("xml-writer.md")));
    }

    @Test
    void everyLogicalTypeIsInTheTable() throws IOException {
        String page = page("json-writer.md");
        for (TypeSamples.Sample sample : TypeSamples.ALL) {
            assertTrue(page.contains("`" + sample + "`"), sample::toString);
        }
    }

    private static String page(String name) throws IOException {
        assumeTrue(Files.isDirectory(DOCS), "the plugins stand alone");
        return Files.readString(DOCS.resolve(name));
    }

    private static Map<String, String> defaults(ConfigDef definition) {
        return definition.configKeys().values().stream()
                .collect(Collectors.toMap(key -> key.name, key -> key.defaultValue.toString(), (a, b) -> a, TreeMap::new));
    }

    private static Map<String, String> documented(String page) {
        String settings = page.substring(page.indexOf("## Settings"), page.indexOf("\n## ", page.indexOf("## Settings")));
        return SETTING.matcher(settings)
                .results()
                .collect(Collectors.toMap(row -> row.group(1), (MatchResult row) -> row.group(2), (a, b) -> a, TreeMap::new));
    }
}
