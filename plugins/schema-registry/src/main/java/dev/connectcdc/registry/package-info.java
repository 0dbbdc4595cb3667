/** What converters need of a schema registry with Confluent's API, and the frame of a record that refers to it. */
package dev.connectcdc.registry;
