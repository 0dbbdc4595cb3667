/** A converter: Connect's records as Protobuf, with their schemas in a registry. */
package dev.connectcdc.protobuf;
