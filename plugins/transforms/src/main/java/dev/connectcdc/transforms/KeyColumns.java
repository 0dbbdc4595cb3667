package dev.connectcdc.transforms;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/** The columns of a row's key. The change event itself does not say which they are: only the record's key does. */
final class KeyColumns {

    private static final JsonFactory FACTORY = new JsonFactory();

    private KeyColumns() {}

    /**
     * @param record a change event
     * @return names of the key's columns
     * @throws DataException when the key does not name them
     */
    static Set<String> of(ConnectRecord<?> record) {
        Set<String> names = namesOf(record.key());
        if (names.isEmpty()) {
            throw new DataException(
                    record.key() == null
                            ? "the change event has no key: its table has no primary key"
                            : "the record's key does not name its columns; set the source's key.converter to"
                                    + " org.apache.kafka.connect.json.JsonConverter, and its"
                                    + " key.converter.schemas.enable to false");
        }
        return names;
    }

    private static Set<String> namesOf(Object key) {
        if (key instanceof Struct struct) {
            return struct.schema().fields().stream().map(Field::name).collect(Collectors.toSet());
        }
        if (key instanceof Map<?, ?> map) {
            return map.keySet().stream().map(String::valueOf).collect(Collectors.toSet());
        }
        return key instanceof String text ? namesIn(text) : Set.of();
    }

    /** JSON is text to a sink whose key converter is StringConverter. */
    private static Set<String> namesIn(String json) {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Set.of();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            return parser.nextToken() == null ? names : Set.of();
        } catch (IOException e) {
            return Set.of();
        }
    }
}
