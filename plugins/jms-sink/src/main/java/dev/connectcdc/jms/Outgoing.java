package dev.connectcdc.jms;

import jakarta.jms.Message;

/**
 * A message and how it is sent.
 *
 * @param message the message
 * @param destination name of the queue or topic
 * @param priority JMS priority
 * @param timeToLiveMs milliseconds until it expires; 0 for never
 * @param deliveryDelayMs milliseconds until a consumer may have it
 */
record Outgoing(Message message, String destination, int priority, long timeToLiveMs, long deliveryDelayMs) {}
