package dev.connectcdc.avro;

import dev.connectcdc.registry.Columns;
import dev.connectcdc.registry.RefusedSchemaException;
import dev.connectcdc.registry.RegistryClient;
import dev.connectcdc.registry.RegistryConfig;
import dev.connectcdc.registry.RegistryError;
import dev.connectcdc.registry.SchemaCache;
import dev.connectcdc.registry.WireFormat;
import dev.connectcdc.values.PluginVersion;
import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Writes and reads Avro in the wire format of Confluent's converter: a zero byte, the schema's id in four bytes, and Avro's
 * binary encoding. Subjects are {@code <topic>-key} and {@code <topic>-value}. Types become what they become in Confluent's
 * converter, because the mapping has one origin; Connect's names of types are kept in properties of the schemas.
 *
 * <p>The registry is asked once for each schema of a topic, not for each record. When it does not answer, see
 * {@link RegistryClient}.
 */
public final class AvroConverter implements Converter, Versioned {

    private static final String TYPE = "AVRO";

    private boolean isKey;
    private RegistryClient registry;
    private boolean autoRegister;
    private AvroData mapping;
    private SchemaCache<Writer> writers;
    private BinaryEncoder encoder;
    private LRUCache<Integer, GenericDatumReader<Object>> readers;

    private record Writer(byte[] prefix, ValueWriter values) {}

    @Override
    public String version() {
        return PluginVersion.of(AvroConverter.class);
    }

    @Override
    public ConfigDef config() {
        return RegistryConfig.DEFINITION;
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        this.isKey = isKey;
        RegistryConfig config = new RegistryConfig(settings);
        int cached = config.cacheSize();
        registry = new RegistryClient(config);
        autoRegister = config.autoRegister();
        mapping = new AvroData(new AvroDataConfig(Map.of(AvroDataConfig.SCHEMAS_CACHE_SIZE_CONFIG, cached)));
        writers = new SchemaCache<>(cached);
        readers = new LRUCache<>(cached);
    }

    /** Is synchronized because a sink may report records from several threads, which Connect writes with this method. */
    @Override
    public synchronized byte[] fromConnectData(String topic, Schema schema, Object value) {
        if (value == null) return null;

        if (schema == null) {
            throw new DataException(what(topic) + " has no schema, and Avro needs one. Use a source or a transform that gives one"
                    + " (schemas.enable=true for JsonConverter), or another converter.");
        }
        Writer writer = writers.get(topic, schema, this::writer);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(writer.prefix());
        encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
        try {
            writer.values().write(value, encoder);
            encoder.flush();
        } catch (IOException | ClassCastException e) {
            throw new DataException(what(topic) + " does not fit its schema " + schema, e);
        }
        return bytes.toByteArray();
    }

    private Writer writer(String topic, Schema schema) {
        org.apache.avro.Schema avro = mapping.fromConnectSchema(schema);
        ValueWriter values = ValueWriters.of(schema, avro, what(topic));
        return new Writer(WireFormat.prefix(idOf(topic + (isKey ? "-key" : "-value"), avro)), values);
    }

    private int idOf(String subject, org.apache.avro.Schema schema) {
        Integer known = registry.find(subject, TYPE, schema.toString());
        if (known != null) return known;
        if (!autoRegister) throw registry.notRegistered(subject, schema.toString());
        Columns.requireCompatible(
                registry, subject, mapping.toConnectSchema(schema), newest -> mapping.toConnectSchema(parse(newest)));
        try {
            return registry.register(subject, TYPE, schema.toString());
        } catch (RefusedSchemaException e) {
            String level = registry.level(subject);
            RegistryClient.Registered newest = registry.newest(subject);
            // Empty if the level regards all versions, and an older one is in the way
            List<String> changes = newest == null ? List.of() : SchemaChange.breaking(parse(newest), schema, level);
            throw RegistryError.incompatible(subject, level, changes, e);
        }
    }

    private static org.apache.avro.Schema parse(RegistryClient.Registered registered) {
        org.apache.avro.Schema.Parser parser = new org.apache.avro.Schema.Parser();
        registered.references().values().forEach(parser::parse);
        return parser.parse(registered.text());
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] bytes) {
        if (bytes == null) return SchemaAndValue.NULL;

        GenericDatumReader<Object> reader = reader(WireFormat.idOf(bytes, topic, isKey));
        Object value;
        try {
            int length = bytes.length - WireFormat.PREFIX;
            value = reader.read(null, DecoderFactory.get().binaryDecoder(bytes, WireFormat.PREFIX, length, null));
        } catch (IOException | RuntimeException e) {
            throw new DataException(what(topic) + " does not have the form of its schema", e);
        }
        org.apache.avro.Schema schema = value instanceof GenericContainer container ? container.getSchema() : reader.getSchema();
        return mapping.toConnectData(schema, value);
    }

    private GenericDatumReader<Object> reader(int id) {
        GenericDatumReader<Object> known = readers.get(id);
        if (known != null) return known;

        GenericDatumReader<Object> reader = new GenericDatumReader<>(parse(registry.schema(id)));
        readers.put(id, reader);
        return reader;
    }

    private String what(String topic) {
        return "the " + (isKey ? "key" : "value") + " of a record in topic " + topic;
    }
}
