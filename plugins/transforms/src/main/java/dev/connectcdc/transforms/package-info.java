/** Transforms for sinks: a change event of Debezium becomes the text of its row. */
package dev.connectcdc.transforms;
