import { describe, expect, it } from "vitest";
import { Redactor } from "../../../../packages/connector/src/client/redact";
import { shorten } from "../../../../packages/connector/src/client/shorten";
import { causeOf } from "../../../../packages/connector/src/client/trace";

describe("Redactor", () => {
    it.each([
        ["password is hunter-2.", "password is [secret]."],
        ["both hunter-2 and hunter-22", "both [secret] and [secret]"],
        ['{"password":"a\\"b\\\\c"}', '{"password":"[secret]"}'],
        ["http://host/?p=p%26q%3D1", "http://host/?p=[secret]"],
        ["connect to amqp://me:other@host:5672/x failed", "connect to amqp://[secret]@host:5672/x failed"],
        ["from line\nbreak to the next", "from [secret] to the next"],
        ["trimmed: ends-with-newline.", "trimmed: [secret]."],
        ["No enum constant Type.HUNTER-2", "No enum constant Type.[secret]"],
        ["$(a+b).* WÖRD", "[secret] [secret]"],
        ["nothing to hide", "nothing to hide"],
    ])("takes secrets out of %j", (text, expected) => {
        const secrets = [
            "hunter-2",
            "hunter-22",
            'a"b\\c',
            "p&q=1",
            "line\nbreak",
            "ends-with-newline\n",
            "$(A+B).*",
            "wörd",
            "",
            " ",
        ];
        expect(new Redactor(secrets).redact(text)).toBe(expected);
    });
});

it("a value that Connect read for a reference, and a password that is assigned, are in no text", () => {
    const redactor = new Redactor([], (key) => key === "connection.url");
    const text =
        "Invalid value jdbc:x://db\n?a for configuration connection.url: bad\nInvalid value ten for configuration batch.size: bad, " +
        "jdbc:x://db?user=me&password=hunter2, password = ${file:/a:b}";
    expect(redactor.redact(text)).toBe(
        "Invalid value [secret] for configuration connection.url: bad\nInvalid value ten for configuration batch.size: bad, " +
            "jdbc:x://db?user=me&password=[secret], password = ${file:/a:b}",
    );
});

describe("causeOf", () => {
    it.each([
        ["one message", "org.example.FooException: broken\n\tat a.b.C.d(C.java:1)\n", "FooException: broken"],
        [
            "a wrapper without a message",
            "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n" +
                "\tat a.B.c(B.java:1)\nCaused by: org.apache.kafka.connect.errors.DataException: no field x\n\t... 10 more\n",
            "DataException: no field x",
        ],
        [
            "a cause that repeats the one below it",
            "a.XException: java.io.IOException: disk full\n\tat a.B.c(B.java)\nCaused by: java.io.IOException: disk full\n\tat x",
            "IOException: disk full",
        ],
        [
            "a chain with messages",
            "a.XException: Could not connect\n\tat a.B.c(B.java)\nCaused by: org.postgresql.util.PSQLException: Connection to " +
                "db:5432 refused.\n  Check that it runs.\n\tat x.Y.z(Y.java)\nCaused by: java.net.ConnectException: Connection refused\n\t... 3 more",
            "XException: Could not connect; caused by PSQLException: Connection to db:5432 refused. Check that it runs.; " +
                "caused by ConnectException: Connection refused",
        ],
        [
            "an exception without a message",
            "java.lang.NullPointerException\n\tat a.B.c(B.java)",
            "NullPointerException",
        ],
    ])("%s", (_, trace, cause) => {
        expect(causeOf(trace)).toBe(cause);
    });

    it("stays short, and keeps its end, where the decisive words stand", () => {
        const position = `PostgresOffsetContext [${"x".repeat(5000)}]`;
        const cause = causeOf(
            `io.debezium.DebeziumException: The connector is trying to read change stream starting at ${position}, ` +
                "but this is no longer available on the server. Reconfigure the connector.\n\tat a.B.c(B.java:1)",
        );
        expect(cause.length).toBe(800);
        expect(cause).toMatch(/^DebeziumException: The connector is trying to read change stream starting at Postgres/);
        expect(cause).toMatch(
            / \.\.\. x+\], but this is no longer available on the server. Reconfigure the connector.$/,
        );
    });
});

describe("shorten", () => {
    it.each([
        { text: "0123456789", longest: 10, shown: "0123456789" },
        { text: "0123456789a", longest: 10, shown: "012 ... 9a" },
        { text: "0123456789ab", longest: 11, shown: "012 ... 9ab" },
    ])("$text to $longest characters is $shown", ({ text, longest, shown }) => {
        expect(shorten(text, longest)).toBe(shown);
    });
});
