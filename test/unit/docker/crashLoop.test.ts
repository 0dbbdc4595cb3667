import { describe, expect, it } from "vitest";
import { lastError } from "../../../docker/crashLoop";

describe("the last error of a log", () => {
    it.each([
        [
            "the exception of a server that could not start",
            [
                "[2026-01-01 10:00:00,000] INFO starting (kafka.server.KafkaServer:1)",
                "[2026-01-01 10:00:01,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$:76)",
                "org.apache.kafka.common.config.ConfigException: Invalid value x for configuration num.io.threads: Not a number",
                "\tat org.apache.kafka.common.config.ConfigDef.parseType(ConfigDef.java:1)",
            ],
            /^org.apache.kafka.common.config.ConfigException: Invalid value x/,
        ],
        [
            "the first cause of a trace",
            [
                "java.lang.RuntimeException: it failed",
                "\tat a.B.c(B.java:1)",
                "Caused by: java.io.IOException: disk full",
            ],
            /^Caused by: java.io.IOException: disk full$/,
        ],
        [
            "the cause that a JVM prints, and not its last line",
            [
                "Unrecognized VM option 'UseNothing'",
                "Error: Could not create the Java Virtual Machine.",
                "Error: A fatal exception has occurred. Program will exit.",
            ],
            /^Unrecognized VM option 'UseNothing'$/,
        ],
        [
            "the end of a JVM without memory, whatever went wrong before and after",
            [
                "Terminating due to java.lang.OutOfMemoryError: Java heap space",
                "[2026-01-01 10:00:00,000] ERROR it failed (a.B:1)",
                "java.io.IOException: disk full",
            ],
            /^Terminating due to java.lang.OutOfMemoryError: Java heap space$/,
        ],
        [
            "a task's, with its cause",
            [
                "[2026-01-01 10:00:00,000] ERROR [dbz-source|task-0] WorkerSourceTask{id=dbz-source-0} Task threw an " +
                    "uncaught and unrecoverable exception. (org.apache.kafka.connect.runtime.WorkerTask:234)",
                "io.debezium.DebeziumException: The connector is trying to read change stream",
                "\tat io.debezium.a.B.c(B.java:1)",
            ],
            /^io.debezium.DebeziumException: The connector is trying/,
        ],
        ["an error without an exception", ["x ERROR one (a:1)", "x INFO two (a:1)", "x FATAL three (a:1)"], /three/],
    ])("is %s", (_, lines, expected) => {
        expect(lastError(lines)).toMatch(expected);
    });

    it("is unknown in a log without any", () => {
        expect(lastError(["[2026-01-01 10:00:00,000] INFO started (kafka.server.KafkaServer:1)"])).toBeUndefined();
    });
});
