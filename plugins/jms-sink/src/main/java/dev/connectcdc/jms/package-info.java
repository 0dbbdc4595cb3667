/** A sink connector that writes records to a queue or topic of a Jakarta Messaging broker. */
package dev.connectcdc.jms;
