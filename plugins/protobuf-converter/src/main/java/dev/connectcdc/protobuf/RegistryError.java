package dev.connectcdc.protobuf;

/**
 * The registry does not answer, or refuses what every record needs. It is no exception on purpose. Of a converter's
 * exceptions Connect 3.9.2 takes every RetriableException for a record to be skipped, even with {@code errors.tolerance=none}
 * once {@code errors.retry.timeout} is over, and with {@code errors.tolerance=all} all others, too
 * (RetryWithToleranceOperator, AbstractWorkerSourceTask.sendRecords). An error ends the task: then no record is lost.
 */
final class RegistryError extends Error {

    private static final long serialVersionUID = 1L;

    RegistryError(String message) {
        super(message);
    }

    RegistryError(String message, Throwable cause) {
        super(message, cause);
    }
}
