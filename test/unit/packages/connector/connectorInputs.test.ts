import { describe, expect, it } from "vitest";
import { nameProblem } from "../../../../packages/connector/src/checks/connectorNames";
import { abilitiesOf } from "../../../../packages/connector/src/client/version";
import { diff } from "../../../../packages/connector/src/connectorProvider";
import { checkInputs } from "../../../../packages/connector/src/inputs/checkInputs";
import { UNKNOWN } from "../../../../packages/connector/src/inputs/unknown";

const least = {
    name: "sink",
    cluster: "my-connect",
    restUrls: ["http://127.0.0.1:7070"],
    class: "example.Sink",
    config: { topics: "lines" },
};

const reasons = (inputs: Record<string, unknown>) => checkInputs(inputs).problems.map(({ reason }) => reason);

describe("checkInputs", () => {
    it("fills in defaults and makes every setting a text", () => {
        const config = { topics: "lines", "batch.size": 10, "errors.log.enable": true, left: undefined };
        expect(checkInputs({ ...least, config, adopt: undefined })).toEqual({
            problems: [],
            inputs: {
                ...least,
                config: { topics: "lines", "batch.size": "10", "errors.log.enable": "true" },
                secrets: {},
                tasksMax: 1,
                minTasks: 1,
                state: "running",
                adopt: false,
                timeoutSeconds: 300,
            },
        });
    });

    it.each([
        ["name", "", 'name is ""; it must be the connector\'s name'],
        ["cluster", undefined, "cluster is missing; it must be a name for the Connect cluster, such as its group id"],
        ["restUrls", [], "restUrls is []; it must be a list of one or more http:// or https:// URLs"],
        ["restUrls", ["localhost:8083"], 'restUrls is ["localhost:8083"]; it must be a list'],
        ["class", " ", 'class is " "; it must be the connector\'s Java class'],
        ["tasksMax", 0, "tasksMax is 0; it must be a whole number, 1 or more"],
        ["tasksMax", 1.5, "tasksMax is 1.5; it must be a whole number"],
        ["minTasks", -1, "minTasks is -1; it must be a whole number, 0 or more"],
        ["state", "RUNNING", 'state is "RUNNING"; it must be running, paused or stopped'],
        ["adopt", "yes", 'adopt is "yes"; it must be true, false or "equal"'],
        ["timeoutSeconds", 0, "timeoutSeconds is 0; it must be a number of seconds above 0"],
        ["config", [], "config is []; it must be an object of settings"],
        ["secrets", { a: 1 }, 'secrets["a"] must be text'],
        ["triggers", { a: 1 }, 'triggers is {"a":1}; it must be an object of texts'],
        ["minTasks", 2, "minTasks is 2; it must be at most tasksMax (1): more tasks never run"],
        ["taskMax", 2, "taskMax is not an argument of Connector; did you mean tasksMax?"],
        ["topics", "a", "topics is not an argument of Connector; use one of: name, cluster,"],
        ["sensitiveConfig", ["x"], "sensitiveConfig must be an object of settings"],
        ["sensitiveConfig", { topics: "a" }, 'sensitiveConfig["topics"] is in config, too'],
        ["sensitiveConfig", { name: "a" }, 'sensitiveConfig["name"] must not be set: the argument name sets it'],
    ])("refuses %s = %j", (property, value, reason) => {
        const found = reasons({ ...least, [property]: value });
        expect(found).toHaveLength(1);
        expect(found[0]).toContain(reason);
    });

    it.each([
        ["name", "other", 'config["name"] must not be set: the argument name sets it'],
        ["connector.class", "x", 'config["connector.class"] must not be set: the argument class sets it'],
        ["tasks.max", 2, 'config["tasks.max"] must not be set: the argument tasksMax sets it'],
        ["a", null, 'config["a"] is null, which Connect refuses; remove the key instead'],
        ["a", ["b"], 'config["a"] is a list; Connect accepts texts, numbers, true and false'],
        ["a", { b: 1 }, 'config["a"] is an object'],
        ["database.password", "hunter2", 'config["database.password"] is a plain-text password'],
        ["java.naming.security.credentials", "x", "is a plain-text password"],
        ["connection.uri", "mongodb://app:hunter2@db/shop", "is a plain-text password"],
        ["connection.url", "jdbc:postgresql://db/shop?user=app&password=hunter2", "is a plain-text password"],
        ["connection.url", "jdbc:sqlserver://db:1433;user=app;password=hunter2", "is a plain-text password"],
        ["connection.url", "jdbc:oracle:thin:app/hunter2@//db:1521/shop", "is a plain-text password"],
        ["url", "failover:(tcp://mq:61616)?jms.password=hunter2", "is a plain-text password"],
        [
            "login",
            'a.b.PlainLoginModule required username="${file:/a:b}" password="hunter2";',
            "is a plain-text password",
        ],
        ["a", 12345678901234567890, "is 12345678901234567000, a number that JavaScript cannot represent exactly"],
        ["a", Number.NaN, "is NaN, a number that JavaScript cannot represent exactly; write it as text"],
    ])("refuses the setting %s = %j", (key, value, reason) => {
        const found = reasons({ ...least, config: { [key]: value } });
        expect(found).toHaveLength(1);
        expect(found[0]).toContain(reason);
    });

    it.each([
        ["database.password", "${directory:/run/secrets:database-password}"],
        ["database.password", ""],
        ["database.password", "${vault.prod:secret/app:database}"],
        ["connection.uri", "mongodb://app:${vault.prod:a:b}@db/shop"],
        ["connection.url", "jdbc:postgresql://db/shop?user=app&password=${env:DB}"],
        ["connection.url", "jdbc:postgresql://db:5432/shop?ssl=true"],
        ["query", "select * from users where password = 'x'"],
        ["serial", Number.MAX_SAFE_INTEGER],
        ["password.policy.class", "example.Policy"],
    ])("lets the setting %s = %j pass", (key, value) => {
        expect(reasons({ ...least, config: { [key]: value } })).toEqual([]);
    });

    it("never shows a password", () => {
        expect(reasons({ ...least, config: { "database.password": "hunter2" } })[0]).not.toContain("hunter2");
    });

    it("takes secrets that no config provider keeps in sensitiveConfig, as texts, and shows none", () => {
        const { inputs, problems } = checkInputs({
            ...least,
            sensitiveConfig: { "db.password": "hunter2", pin: 1234 },
        });
        expect([inputs["sensitiveConfig"], problems]).toEqual([{ "db.password": "hunter2", pin: "1234" }, []]);
        const wrong = { ...least, sensitiveConfig: { a: ["hunter2"], b: { c: "hunter2" }, d: null } };
        expect(reasons(wrong)).toHaveLength(3);
        expect(reasons(wrong).join()).not.toContain("hunter2");
        expect(reasons({ ...least, sensitiveConfig: UNKNOWN })).toEqual([]);
    });

    it.each([
        ["org.apache.kafka.connect.mirror.MirrorCheckpointConnector", 0],
        ["org.apache.kafka.connect.mirror.MirrorSourceConnector", 0],
        ["JdbcSourceConnector", 0],
        ["io.confluent.connect.jdbc.JdbcSinkConnector", 1],
        [UNKNOWN, 1],
    ])("a connector of class %s has at least so many tasks: %i", (connectorClass, minTasks) => {
        expect(checkInputs({ ...least, class: connectorClass }).inputs).toMatchObject({ minTasks });
    });

    it("finds all problems at once, each with its property", () => {
        const { problems } = checkInputs({ ...least, tasksMax: 0, config: { a: null, name: "x" } });
        expect(problems.map(({ property }) => property)).toEqual(["tasksMax", 'config["a"]', 'config["name"]']);
    });

    it("accepts everything that is not known yet", () => {
        const unknown = Object.fromEntries(Object.keys(least).map((key) => [key, UNKNOWN]));
        expect(reasons(unknown)).toEqual([]);
        expect(reasons({ ...least, restUrls: [UNKNOWN], secrets: UNKNOWN, config: { "a.password": UNKNOWN } })).toEqual(
            [],
        );
    });
});

describe("nameProblem", () => {
    const [before, since] = [abilitiesOf("3.9.2"), abilitiesOf("4.0.0")];

    it.each([".", "..", " a", "a ", "a\nb", "a;b", "{x}", "a/b", "x pct%41y"])("refuses %j everywhere", (name) => {
        expect(nameProblem(name)).toMatch(/^name is ".*": .*; choose another name$/);
    });

    it.each(["100%", "a\\b"])("refuses %j from 4.0 on", (name) => {
        expect([nameProblem(name), nameProblem(name, before)]).toEqual([undefined, undefined]);
        expect(nameProblem(name, since)).toContain("workers from 4.0 on");
    });

    it.each(["a b", "...", "ünï-名", "a+b", "a?b#c&d=e"])("takes %j", (name) => {
        expect(nameProblem(name, since)).toBeUndefined();
    });
});

describe("diff", () => {
    const group = (id: string) => ({ config: { topics: "lines", "consumer.override.group.id": id } });
    const inputs: any = checkInputs({ ...least, secrets: { a: "1" } }).inputs;
    const outputs = { ...inputs, tasks: [{ id: 0, state: "running" }], type: "sink", version: "1", serverKeys: [] };

    it.each<[string, object, boolean, string[]]>([
        ["nothing", {}, false, []],
        ["a setting", { config: { topics: "others" } }, true, []],
        ["the state", { state: "paused" }, true, []],
        ["a secret", { secrets: { a: "2" } }, true, []],
        ["a secret that is not known yet", { secrets: UNKNOWN }, true, []],
        ["a sensitive setting", { sensitiveConfig: { a: "2" } }, true, []],
        ["the addresses", { restUrls: ["http://127.0.0.1:7071"] }, true, []],
        ["addresses that are not known yet", { restUrls: UNKNOWN }, false, []],
        ["an address that is not known yet", { restUrls: [UNKNOWN] }, false, []],
        ["the class", { class: "example.Other" }, true, []],
        ["the name", { name: "other", onPositionLoss: "startAnew" }, true, ["name"]],
        ["the cluster", { cluster: "other", onPositionLoss: "startAnew" }, true, ["cluster"]],
        ["the provider's text", { __provider: "new" }, true, []],
    ])("of %s", async (_, news, changes, replaces) => {
        expect(await diff("id", outputs, { ...inputs, ...news })).toEqual({
            changes,
            replaces,
            deleteBeforeReplace: true,
        });
    });

    it.each<[string, object, object, RegExp | undefined]>([
        ["another cluster", {}, { cluster: "other" }, /^connector "sink": cluster would change from "my-connect"/],
        ["what is not what was written", {}, { ...group("c") }, /group\.id"\] would change from "a" to "c"/],
        ["what was written, after a change by hand", { ...group("b") }, {}, undefined],
        ["what another user wrote", { ...group("b") }, { ...group("b") }, undefined],
        ["a third value", { ...group("b") }, { ...group("c") }, /group\.id"\] would change from "a" to "c"/],
    ])("lets no position be lost: %s", async (_, seen, news, error) => {
        const { config, class: connectorClass, tasksMax, state } = { ...inputs, ...group("a") };
        const written = { config, class: connectorClass, tasksMax, state };
        const done = diff("id", { ...outputs, config, ...seen, written }, { ...inputs, config, ...news });
        await (error ? expect(done).rejects.toThrow(error) : expect(done).resolves.toBeDefined());
    });

    it.each(["failed", "paused", "unknown"])("of a connector that was seen %s and is to run", async (state) => {
        expect(await diff("id", { ...outputs, state }, inputs)).toMatchObject({ changes: true, replaces: [] });
    });
});
