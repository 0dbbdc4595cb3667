package dev.connectcdc.jms;

import org.apache.kafka.connect.errors.RetriableException;

/** The broker refuses a batch over a connection that lives, for another reason than lack of space. */
final class RefusedException extends RetriableException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
