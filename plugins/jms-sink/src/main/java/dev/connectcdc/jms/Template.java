package dev.connectcdc.jms;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The text of a setting with variables: {@code ${topic}} (as transforms left it), {@code ${partition}}, {@code
 * ${offset}}, {@code ${key}} and {@code ${header.NAME}}. Connect's own variables have a colon and are resolved before.
 */
final class Template {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
    private static final String HEADER = "header.";

    static final String RULE = "text with ${topic}, ${partition}, ${offset}, ${key} or ${header.NAME}";

    private final List<Function<SinkRecord, String>> parts = new ArrayList<>();
    private final String constant;

    /**
     * @param setting name of the setting
     * @param text its value
     * @param texts makes text of keys and headers
     * @throws ConfigException when the text has another variable
     */
    Template(String setting, String text, RecordText texts) {
        Matcher variable = VARIABLE.matcher(text);
        int end = 0;
        while (variable.find()) {
            addText(text.substring(end, variable.start()));
            parts.add(valueOf(setting, text, variable.group(1), texts));
            end = variable.end();
        }
        constant = end == 0 ? text : null;
        addText(text.substring(end));
    }

    /** @return whether the text is the same for all records */
    boolean isConstant() {
        return constant != null;
    }

    /** @return the text for the record; null when the record does not have what a variable stands for */
    String of(SinkRecord record) {
        if (isConstant()) {
            return constant;
        }
        StringBuilder text = new StringBuilder();
        for (Function<SinkRecord, String> part : parts) {
            String value = part.apply(record);
            if (value == null) {
                return null;
            }
            text.append(value);
        }
        return text.toString();
    }

    private void addText(String text) {
        if (!text.isEmpty()) {
            parts.add(record -> text);
        }
    }

    private static Function<SinkRecord, String> valueOf(String setting, String text, String name, RecordText texts) {
        if (name.startsWith(HEADER) && name.length() > HEADER.length()) {
            String header = name.substring(HEADER.length());
            return record -> texts.header(record, header);
        }
        return switch (name) {
            case "topic" -> SinkRecord::topic;
            case "partition" -> record -> Integer.toString(record.originalKafkaPartition());
            case "offset" -> record -> Long.toString(record.originalKafkaOffset());
            case "key" -> texts::key;
            default -> throw new ConfigException(setting, text, "has an unknown variable; use " + RULE);
        };
    }
}
