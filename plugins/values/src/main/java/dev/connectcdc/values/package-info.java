/**
 * What the plugins share: Connect's values as plain Java values and as JSON text, and the
 * version of a plugin. Shaded into each plugin's JAR; not a
 * plugin itself.
 */
package dev.connectcdc.values;
