"""Decodes topics with Confluent's client for Python. Prints a line of JSON for each record that is no tombstone.

Arguments: bootstrap servers, URL of the registry, and `topic=count` for each topic: so many records are waited for.
"""

import base64
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import google.type
import grpc_tools
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

LIMIT_SECONDS = 60


def main(servers, url, *wanted):
    left = {topic: int(count) for topic, count in (one.split("=") for one in wanted)}
    registry = SchemaRegistryClient({"url": url})
    decoders = {}
    consumer = Consumer({"bootstrap.servers": servers, "group.id": str(uuid.uuid4()), "auto.offset.reset": "earliest"})
    consumer.subscribe(list(left))
    deadline = time.monotonic() + LIMIT_SECONDS
    while any(count > 0 for count in left.values()):
        if time.monotonic() > deadline:
            sys.exit(f"no more records after {LIMIT_SECONDS} s; missing: {left}")
        record = consumer.poll(0.1)
        if record is None:
            continue
        if record.error():
            sys.exit(str(record.error()))
        left[record.topic()] -= 1
        if record.value() is not None:
            key = decoded(registry, decoders, record, record.key(), MessageField.KEY)
            event = decoded(registry, decoders, record, record.value(), MessageField.VALUE)
            print(json.dumps({"topic": record.topic(), "key": key, "op": event["op"], "row": event["after"]}))
    consumer.close()


def decoded(registry, decoders, record, data, part):
    schema_id = int.from_bytes(data[1:5], "big")
    if schema_id not in decoders:
        schema = registry.get_schema(schema_id)
        if schema.schema_type == "PROTOBUF":
            # Without a client of the registry: it would ask for the descriptor, which Apicurio Registry does not have
            decoders[schema_id] = ProtobufDeserializer(message_class(schema.schema_str), {})
        else:
            decoders[schema_id] = AvroDeserializer(registry)
    return texts(decoders[schema_id](data, SerializationContext(record.topic(), part)))


def message_class(text):
    """The class of the first message of a schema, as `protoc` makes it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "schema.proto").write_text(text, encoding="utf-8")
        includes = [folder, str(Path(grpc_tools.__file__).parent / "_proto"), str(Path(google.type.__path__[0]).parent.parent)]
        options = [f"-I{include}" for include in includes]
        descriptors = Path(folder, "descriptors")
        code = protoc.main(["", *options, "--include_imports", f"--descriptor_set_out={descriptors}", "schema.proto"])
        if code != 0:
            sys.exit(f"protoc does not take the schema:\n{text}")
        files = FileDescriptorSet.FromString(descriptors.read_bytes()).file
    pool = DescriptorPool()
    for file in files:
        pool.Add(file)
    schema = files[-1]
    return GetMessageClass(pool.FindMessageTypeByName(f"{schema.package}.{schema.message_type[0].name}"))


def texts(value):
    """Scalars as text, bytes in Base64, structures and lists of them."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), str(value))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: texts(field) for name, field in value.items()}
    if isinstance(value, Message):
        return texts_of_message(value)
    if isinstance(value, str) or isinstance(value, int):
        return str(value)
    return [texts(item) for item in value]


def texts_of_message(message):
    """An array, a map and an item that can be null are messages of their own."""
    name = message.DESCRIPTOR.name
    if name.startswith("ArrayOf"):
        return texts(message.items)
    if name.startswith("MapOf"):
        return texts(message.entries)
    fields = {
        field.name: texts(getattr(message, field.name)) if not field.has_presence or message.HasField(field.name) else None
        for field in message.DESCRIPTOR.fields
    }
    return fields["value"] if name.startswith("Nullable") else fields


main(*sys.argv[1:])
