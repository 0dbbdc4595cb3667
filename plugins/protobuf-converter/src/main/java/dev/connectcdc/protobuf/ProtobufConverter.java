package dev.connectcdc.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectcdc.registry.RegistryClient;
import dev.connectcdc.registry.RegistryConfig;
import dev.connectcdc.registry.RegistryError;
import dev.connectcdc.registry.SchemaCache;
import dev.connectcdc.registry.WireFormat;
import dev.connectcdc.values.PluginVersion;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.common.cache.SynchronizedCache;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.ByteUtils;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Keys and values as Protobuf in Confluent's wire format ("Wire format" in the documentation of its Schema Registry): a zero
 * byte, the schema's id in four bytes, the path to the message in the schema, the message. The subjects are
 * {@code <topic>-key} and {@code <topic>-value}.
 *
 * <p>A bad record is a DataException. A registry that does not answer, or refuses a schema, is a {@link RegistryError}.
 */
public final class ProtobufConverter implements Converter, Versioned {

    /** The path to the only message at the top of a schema. */
    private static final byte[] FIRST_MESSAGE = {0};

    /** How a record of one schema and topic is written. */
    private record Writing(int id, MessageCodec codec) {}

    /** How a record is read. */
    private record Reading(Descriptor message, MessageCodec codec) {}

    private record ReadingKey(int id, List<Integer> path) {}

    private boolean isKey;

    private RegistryClient registry;

    private Registration registration;

    private SchemaCache<Writing> writings;

    private Cache<ReadingKey, Reading> readings;

    /** Makes a converter, which {@link #configure} must set up before use. */
    public ProtobufConverter() {}

    @Override
    public String version() {
        return PluginVersion.of(ProtobufConverter.class);
    }

    @Override
    public ConfigDef config() {
        return RegistryConfig.DEFINITION;
    }

    @Override
    public void configure(Map<String, ?> settings, boolean key) {
        RegistryConfig config = new RegistryConfig(settings);
        isKey = key;
        registry = new RegistryClient(config);
        registration = new Registration(registry, config.autoRegister());
        writings = new SchemaCache<>(config.cacheSize());
        readings = new SynchronizedCache<>(new LRUCache<>(config.cacheSize()));
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        if (value == null) {
            return null;
        }
        if (schema == null) {
            throw new DataException(what() + " for topic " + topic + " has no schema, and Protobuf needs one. Use a source"
                    + " or a transform that gives one (schemas.enable=true for JsonConverter), or another converter.");
        }
        Writing writing = writings.get(topic, schema, this::writing);
        WireBuffer out = new WireBuffer();
        out.raw(WireFormat.prefix(writing.id));
        out.raw(FIRST_MESSAGE);
        try {
            writing.codec.writeFields(out, value);
        } catch (ClassCastException e) {
            throw new DataException(what() + " for topic " + topic + " is a " + value.getClass().getName()
                    + ", which does not fit its schema " + schema, e);
        }
        return out.toBytes();
    }

    private Writing writing(String topic, Schema schema) {
        Registration.Result registered = registration.of(subject(topic), topic, isKey, schema);
        ProtoDescriptors.Parsed parsed = ProtoDescriptors.parse(registered.schema().text(), path -> null);
        return new Writing(registered.id(), Codecs.of(parsed, parsed.file().getMessageTypes().get(0)));
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        if (value == null) {
            return SchemaAndValue.NULL;
        }
        int id = WireFormat.idOf(value, topic, isKey);
        ByteBuffer in = ByteBuffer.wrap(value).position(WireFormat.PREFIX);
        try {
            Reading reading = reading(new ReadingKey(id, path(in)));
            DynamicMessage message = DynamicMessage.newBuilder(reading.message)
                    .mergeFrom(value, in.position(), in.remaining())
                    .build();
            return new SchemaAndValue(reading.codec.schema(), reading.codec.readMessage(message));
        } catch (BufferUnderflowException | IllegalArgumentException | InvalidProtocolBufferException e) {
            throw new DataException(what() + " in topic " + topic + " ends too early or is no Protobuf", e);
        }
    }

    /** The indexes that lead to the message; the usual [0] is written as one zero. */
    private static List<Integer> path(ByteBuffer in) {
        int length = ByteUtils.readVarint(in);
        if (length == 0) {
            return List.of(0);
        }
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a path of " + length + " indexes");
        }
        List<Integer> path = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            path.add(ByteUtils.readVarint(in));
        }
        return path;
    }

    private Reading reading(ReadingKey key) {
        Reading reading = readings.get(key);
        if (reading == null) {
            RegistryClient.Registered schema = registry.schema(key.id);
            ProtoDescriptors.Parsed parsed = ProtoDescriptors.parse(schema.text(), schema.references()::get);
            Descriptor message = message(parsed.file(), key);
            reading = new Reading(message, Codecs.of(parsed, message));
            readings.put(key, reading);
        }
        return reading;
    }

    private Descriptor message(FileDescriptor file, ReadingKey key) {
        List<Descriptor> messages = file.getMessageTypes();
        Descriptor message = null;
        for (int index : key.path) {
            if (index < 0 || index >= messages.size()) {
                throw new DataException("schema " + key.id + " has no message at " + key.path);
            }
            message = messages.get(index);
            messages = message.getNestedTypes();
        }
        return message;
    }

    private String subject(String topic) {
        return topic + (isKey ? "-key" : "-value");
    }

    private String what() {
        return isKey ? "a key" : "a value";
    }
}
