package dev.connectcdc.registry;

import org.apache.kafka.connect.errors.DataException;

/** The registry refuses a schema because of the compatibility level of its subject. */
public final class IncompatibleSchemaException extends DataException {

    private static final long serialVersionUID = 1L;

    private static final String ADVICE = ". Change the table back, or in a compatible way; or set the compatibility of the subject "
            + "to NONE and restart the task. No change is lost meanwhile";

    IncompatibleSchemaException(String refused, String said) {
        super(refused + ": " + said + ADVICE);
    }

    /**
     * @param level compatibility of the subject
     * @param changes what the schema changes against the level; not empty
     */
    public IncompatibleSchemaException(String subject, String level, Iterable<String> changes) {
        super("the schema of subject " + subject + " is not compatible (compatibility " + level + "): "
                + String.join("; ", changes) + ADVICE);
    }
}
