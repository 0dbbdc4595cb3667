package dev.connectcdc.protobuf;

import dev.connectcdc.registry.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;

/**
 * What a Connect schema says and a Protobuf schema has no place for. It stands as JSON in a comment before a message or a
 * field: {@code // connect: {"type":"int16"}}. A schema whose comments were removed still decodes; its small integers come
 * as int32 and its schemas without names.
 */
final class Meta {

    /** Of a field: {@code true} when it is never null. */
    static final String REQUIRED = "required";

    /** Of a record's own message: {@code true} when Connect's schema is optional. */
    static final String OPTIONAL = "optional";

    /** Of a field: {@code int8} or {@code int16}, in Protobuf int32. */
    static final String TYPE = "type";

    static final String NAME = "name";
    static final String VERSION = "version";
    static final String PARAMETERS = "parameters";
    static final String DOC = "doc";
    static final String DEFAULT = "default";

    /** Of a field: its name in Connect, where {@code json_name} cannot hold it. */
    static final String FIELD = "field";

    /** Of a message: the fields that lead to it, where the schema's name does not tell it from others. */
    static final String PATH = "path";

    /** Of a message that is no struct: what it stands for. */
    static final String WRAPPER = "wrapper";

    /** Of a field: the same for an array's elements, and for a map's keys and values. */
    static final String ITEMS = "items";

    static final String KEYS = "keys";
    static final String VALUES = "values";

    private static final String MARK = "connect: ";

    private Meta() {}

    /** @return the line of a comment, without the slashes */
    static String line(Map<String, Object> meta) {
        return MARK + Json.text(meta);
    }

    /**
     * @param comment all of the comment before an element
     * @return what was written there by {@link #line}; null when nothing was
     */
    static Map<String, Object> of(String comment) {
        for (String line : comment.split("\n")) {
            if (line.strip().startsWith(MARK)) {
                try {
                    return Json.object(line.strip().substring(MARK.length()));
                } catch (IOException e) {
                    throw new DataException("the comment \"" + line.strip() + "\" of the Protobuf schema is not JSON", e);
                }
            }
        }
        return null;
    }

    /** @return the inner object of that name; empty when there is none */
    @SuppressWarnings("unchecked")
    static Map<String, Object> inner(Map<String, Object> meta, String name) {
        return (Map<String, Object>) meta.getOrDefault(name, Map.of());
    }

    static void putIfPresent(Map<String, Object> meta, String name, Object value) {
        if (value != null && !(value instanceof Map<?, ?> map && map.isEmpty())) {
            meta.put(name, value);
        }
    }

    static Map<String, Object> empty() {
        return new LinkedHashMap<>();
    }
}
