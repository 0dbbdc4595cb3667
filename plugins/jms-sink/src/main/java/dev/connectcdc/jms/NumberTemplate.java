package dev.connectcdc.jms;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;

/** A setting that is a number, or a template whose text is one for each record. */
final class NumberTemplate {

    private final String setting;
    private final Template template;
    private final long fallback;
    private final long lowest;
    private final long highest;

    /**
     * @param setting name of the setting
     * @param text its value
     * @param fallback the number for a record that does not have what a variable stands for
     * @param lowest the lowest number allowed
     * @param highest the highest number allowed
     * @param texts makes text of keys and headers
     * @throws ConfigException when the text is neither a number in the range nor a template
     */
    NumberTemplate(String setting, String text, long fallback, long lowest, long highest, RecordText texts) {
        this.setting = setting;
        this.lowest = lowest;
        this.highest = highest;
        template = new Template(setting, text, texts);
        this.fallback = template.isConstant() ? constant(text) : fallback;
    }

    /** @throws DataException when the record gives no number of the range; the message has none of the record */
    long of(SinkRecord record) {
        String text = template.isConstant() ? null : template.of(record);
        if (text == null) {
            return fallback;
        }
        try {
            return checked(text);
        } catch (NumberFormatException e) {
            throw new DataException("the record gives no number from " + lowest + " to " + highest + " for " + setting);
        }
    }

    private long constant(String text) {
        try {
            return checked(text);
        } catch (NumberFormatException e) {
            throw new ConfigException(setting, text, "must be a number from " + lowest + " to " + highest
                    + ", or a text with ${header.NAME} or ${key} that is one for each record");
        }
    }

    private long checked(String text) {
        long number = Long.parseLong(text.trim());
        if (number < lowest || number > highest) {
            throw new NumberFormatException();
        }
        return number;
    }
}
