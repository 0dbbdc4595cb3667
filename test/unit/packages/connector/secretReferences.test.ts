import { describe, expect, it } from "vitest";
import { refersTo, usesChangedSecret } from "../../../../packages/connector/src/provider/secretReferences";

describe("refersTo", () => {
    it.each([
        ["${directory:/run/secrets:db}", "db"],
        ["${file:/opt/secrets.properties:db}", "db"],
        ["${env:DB_PASSWORD}", "DB_PASSWORD"],
        ["${vault:db}", "db"],
        ["${my-vault:secret/data/app:db}", "db"],
        ["${my-vault:secret/data/app:db}", "secret/data/app:db"],
        ["${vault:app:version:db}", "version:db"],
        ["tcp://${file:/o:user}:${file:/o:db}@host:61616?a=b", "db"],
        ['org.example.PlainLoginModule required username="u" password="${directory:/s:db}";', "db"],
        ["a}b:x} ${env:db}${env:other}", "db"],
        ["${env:a.b*c}", "a.b*c"],
    ])("%s uses %s", (value, name) => {
        expect(refersTo({ other: "x", key: value }, name)).toBe(true);
    });

    it.each([
        ["${directory:/run/secrets:db-old}", "db"],
        ["${directory:/run/secrets:old-db}", "db"],
        ["${directory:/run/db:other}", "db"],
        ["${env:DB}", "db"],
        ["${env:db}", "env"],
        ["${db}", "db"],
        ['{"a":{"b:db}"}}', "db"],
        ["directory:/run/secrets:db", "db"],
        ["${directory:/a:b} c:db}", "db"],
        ["${env:aXb}", "a.b"],
    ])("%s does not use %s", (value, name) => {
        expect(refersTo({ other: "x", key: value }, name)).toBe(false);
    });
});

describe("usesChangedSecret", () => {
    const config = { password: "${directory:/s:db}", topics: "lines" };

    it.each([
        ["another value", { db: "1" }, { db: "2" }, true],
        ["the same value", { db: "1" }, { db: "1" }, false],
        ["another value of a secret that is not used", { db: "1", api: "1" }, { db: "1", api: "2" }, false],
        ["a value that was not known before", {}, { db: "2" }, false],
        ["a value that is not known any more", { db: "1" }, {}, false],
        ["a name of every object", {}, { constructor: "2" }, false],
    ])("%s", (_, before, now, uses) => {
        expect(usesChangedSecret(config, before, now)).toBe(uses);
    });
});
