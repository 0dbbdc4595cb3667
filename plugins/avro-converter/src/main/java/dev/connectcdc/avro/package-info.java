/** A converter that writes and reads Avro, with the schemas in a registry. */
package dev.connectcdc.avro;
