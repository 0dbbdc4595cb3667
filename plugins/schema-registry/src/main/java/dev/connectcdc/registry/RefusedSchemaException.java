package dev.connectcdc.registry;

/** The registry refuses a schema because of the compatibility level of its subject. The message has the registry's words. */
public final class RefusedSchemaException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedSchemaException(String message) {
        super(message);
    }
}
