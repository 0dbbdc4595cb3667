package dev.connectcdc.registry;

import java.util.function.BiFunction;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.connect.data.Schema;

/** A value for each topic and Connect schema, such as what writes its records. For any thread. */
public final class SchemaCache<V> {

    private final LRUCache<Origin, V> values;
    private final LRUCache<String, Last<V>> last;

    /** Connect's schemas keep their hash. */
    private record Origin(String topic, Schema schema) {}

    private record Last<V>(Schema schema, V value) {}

    /** @param size most values that are kept */
    public SchemaCache(int size) {
        values = new LRUCache<>(size);
        last = new LRUCache<>(size);
    }

    /**
     * @param make makes the value of a topic and a schema that has none
     * @return the value of this topic and schema
     */
    public synchronized V get(String topic, Schema schema, BiFunction<String, Schema, V> make) {
        // To find that two objects are equal schemas takes as long as to write a record. A source that builds its schema anew
        // gives the new object with each record.
        Last<V> known = last.get(topic);
        if (known != null && known.schema() == schema) {
            return known.value();
        }
        Origin origin = new Origin(topic, schema);
        V value = values.get(origin);
        if (value == null) {
            value = make.apply(topic, schema);
            values.put(origin, value);
        }
        last.put(topic, new Last<>(schema, value));
        return value;
    }
}
