import { describe, expect, it } from "vitest";
import { ConfigProblem, configProblems } from "../../../../packages/connector/src/checks/validationProblems";
import { Redactor } from "../../../../packages/connector/src/client/redact";

const redact = (text: string) => new Redactor(["hunter-2"]).redact(text);
const definition = (name: string, type = "STRING") => ({ definition: { name, type }, value: { name } });

/** The problems of a config of one setting, from this answer of a worker. */
function problems(
    key: string,
    value: string,
    errors: string[],
    type = "STRING",
    recommended: string[] = [],
): ConfigProblem[] {
    const setting = { definition: { name: key, type }, value: { name: key, errors, recommended_values: recommended } };
    return configProblems({ error_count: errors.length, configs: [setting] }, { [key]: value }, redact);
}

describe("a worker's error", () => {
    // Texts of Kafka 2.8 to 4.x, Debezium, the PostgreSQL driver, and of sinks in the field.
    it.each([
        ["tasks.max", "x", "Invalid value x for configuration tasks.max: Not a number of type INT"],
        ["topic.prefix", "", 'Missing required configuration "topic.prefix" which has no default value.'],
        [
            "transforms.a.type",
            "x.Y",
            "Invalid value x.Y for configuration transforms.a.type: Class x.Y could not be found.",
        ],
        ["snapshot.mode", "x", "Invalid value x for configuration snapshot.mode: Value must be one of always, never"],
        ["security.protocol", "x", "Invalid value x for configuration security.protocol: must be one of SSL, SASL_SSL"],
        ["topics", "a", "topics and topics.regex are mutually exclusive options, but both are set."],
        [
            "table.include.list",
            "a",
            "The 'table.include.list' value is invalid: \"table.exclude.list\" is already specified",
        ],
        ["mode", "x", "Query mode must be specified when mode is timestamp"],
    ])("of %s = %j: %s: is about the config", (key, value, error) => {
        expect(problems(key, value, [error])).toEqual([{ key, text: error, remedy: undefined, kind: "config" }]);
    });

    it.each([
        ["database.hostname", "Error while validating connector config: The connection attempt failed."],
        [
            "database.hostname",
            "Error while validating connector config: Connection to db:5432 refused. Check that it runs.",
        ],
        ["database.hostname", 'Error while validating connector config: FATAL: database "shop" does not exist'],
        [
            "database.user",
            'Error while validating connector config: FATAL: password authentication failed for user "cdc"',
        ],
        ["database.user", "Postgres roles LOGIN and REPLICATION are not assigned to user: cdc"],
        ["database.hostname", "Postgres server wal_level property must be 'logical' but is: 'replica'"],
        ["slot.name", 'replication slot "a" does not exist'],
        ["publication.name", 'ERROR: publication "a" does not exist'],
        [
            "bootstrap.servers",
            "Invalid value a:1 for configuration bootstrap.servers: No resolvable bootstrap urls given in bootstrap.servers",
        ],
        ["connection.url", "Unable to connect: Communications link failure"],
        ["connection.url", "java.net.UnknownHostException: db"],
        ["connection.url", "Could not connect to jdbc:x://db. Couldn't get a connection: timed out"],
        ["url", "Host 'search' is unreachable"],
        ["url", "PKIX path building failed: unable to find valid certification path"],
        ["url", "401 Unauthorized"],
    ])("of %s: %s: may pass", (key, error) => {
        expect(problems(key, "a", [error]).map(({ kind }) => kind)).toEqual(["transient"]);
    });

    it("of a value that only the workers know may pass, and the value is not shown", () => {
        const key = "poll.interval.ms";
        const error = `Invalid value 12\nx for configuration ${key}: Not a number of type LONG`;
        expect(problems(key, "${directory:/s:interval}", [error], "LONG")).toEqual([
            {
                key,
                text: `Invalid value [hidden] for configuration ${key}: Not a number of type LONG`,
                kind: "transient",
            },
        ]);
    });

    it("shows no password in any part of the text", () => {
        const shown = JSON.stringify([
            problems("a.token", "${directory:/s:a}", ["hunter-2 is too short"]),
            problems("my.password", "hunter-4", ["my.password hunter-4 is too short"], "PASSWORD"),
            problems("url", "x", ["jdbc:x://db?user=me&password=hunter-5 failed, hunter-2, amqp://me:hunter-6@db"]),
        ]);
        expect(shown).not.toMatch(/hunter/);
    });

    it("of a value out of a list comes with the nearest one", () => {
        const error = "Invalid value initail for configuration snapshot.mode: Value must be one of ...";
        const [problem] = problems("snapshot.mode", "initail", [error], "STRING", ["initial", "never"]);
        expect(problem).toMatchObject({ kind: "config", remedy: "did you mean initial?" });
    });
});

describe("problems by the definitions", () => {
    const configs = [
        definition("topics", "LIST"),
        definition("batch.size", "INT"),
        definition("connection.key", "PASSWORD"),
        definition("name.of.secret"),
        definition("transforms.route.regex"),
    ];
    const found = (config: Record<string, string>) =>
        configProblems({ error_count: 0, configs }, config, redact).map(({ key, kind, remedy }) => [key, kind, remedy]);

    it.each<[string, Record<string, string>, unknown[]]>([
        ["a misspelt key", { "batch.sizes": "1" }, [["batch.sizes", "config", expect.stringContaining("batch.size?")]]],
        [
            "a misspelt key beside the valid one",
            { "batch.sizes": "1", "batch.size": "1" },
            [["batch.sizes", "unknown", "did you mean batch.size?"]],
        ],
        [
            "an unknown key",
            { "quite.another": "1" },
            [["quite.another", "unknown", "remove it unless a plugin reads it"]],
        ],
        [
            "a misspelt key of a transform",
            { "transforms.route.regx": "1" },
            [["transforms.route.regx", "config", expect.stringContaining("regex?")]],
        ],
        ["what is handed on", { "consumer.override.max.poll.records": "1" }, []],
        ["a password by its type", { "connection.key": "x" }, [["connection.key", "password", undefined]]],
        ["a reference", { "connection.key": "${directory:/s:x}" }, []],
        [
            "a password by its name, where no definition is",
            { "producer.override.ssl.key.password": "x" },
            [["producer.override.ssl.key.password", "password", undefined]],
        ],
        ["a name that looks like a password, whose definition is not one", { "name.of.secret": "x" }, []],
    ])("%s", (_, config, expected) => {
        expect(found(config)).toEqual(expected);
    });

    it("nothing, where a connector reports no setting of its own: Connect's are in every validation", () => {
        const ofConnect = [
            "name",
            "tasks.max",
            "key.converter",
            "transforms",
            "transforms.a.type",
            "topics",
            "errors.tolerance",
        ];
        const validation = { error_count: 0, configs: ofConnect.map((name) => definition(name)) };
        const config = { transform: "a", topic: "b", "quite.another": "c", "my.password": "hunter" };
        const found = configProblems(validation, config, redact);
        expect(found.map(({ key, kind }) => [key, kind])).toEqual([["my.password", "password"]]);
    });
});
