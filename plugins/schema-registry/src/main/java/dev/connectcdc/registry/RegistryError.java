package dev.connectcdc.registry;

import java.util.Collection;
import java.util.List;

/**
 * The registry does not answer, or refuses what every record of a topic needs. It is no exception on purpose. Of a converter's
 * exceptions Connect 3.9.2 takes every RetriableException for a record to be skipped, even with {@code errors.tolerance=none}
 * once {@code errors.retry.timeout} is over or the task stops, and with {@code errors.tolerance=all} all others, too
 * (RetryWithToleranceOperator, AbstractWorkerSourceTask.sendRecords). An error ends the task: then no record is lost.
 */
public final class RegistryError extends Error {

    private static final long serialVersionUID = 1L;

    public RegistryError(String message) {
        super(message);
    }

    RegistryError(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * @param level compatibility of the subject
     * @param changes what the schema changes against the level; if empty, the registry's own words stand in the message
     */
    public static RegistryError incompatible(
            String subject, String level, Collection<String> changes, RefusedSchemaException refused) {
        return incompatible(subject, level, changes.isEmpty() ? List.of(refused.getMessage()) : changes);
    }

    /**
     * @param level compatibility of the subject
     * @param changes what the schema changes against the level; not empty
     */
    static RegistryError incompatible(String subject, String level, Collection<String> changes) {
        return new RegistryError("the schema of subject " + subject + " is not compatible (compatibility " + level + "): "
                + String.join("; ", changes) + ". Set the compatibility of the subject to NONE, then restart the task. No record is lost"
                + " meanwhile. To change the table back is not enough: this record has the new form already.");
    }
}
