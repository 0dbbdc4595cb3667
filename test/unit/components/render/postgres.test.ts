import { expect, test } from "vitest";
import { postgresArguments, schemaSql } from "../../../../components/render/postgres";

const args = { database: "cdcdb", user: "cdcadmin" };

test("creates the demo's role, database and table, and leaves what captures it to the list of tables", () => {
    const sql = schemaSql(args);
    expect(sql).toContain(`ALTER ROLE "cdcadmin" WITH LOGIN REPLICATION PASSWORD :'password';`);
    expect(sql).toContain(`'CREATE DATABASE "cdcdb" OWNER "cdcadmin"'`);
    expect(sql).toContain(`\\connect -reuse-previous=on "dbname='cdcdb'"\n`);
    expect(sql).toMatch(
        /CREATE TABLE IF NOT EXISTS "cdc"\."customers" \(\s+id bigserial PRIMARY KEY,\s+first_name varchar,\s+last_name varchar,\s+email varchar UNIQUE\s+\);/,
    );
    expect(sql).not.toMatch(/PUBLICATION|REPLICA IDENTITY/);
});

test("what PostgreSQL cannot create conditionally is created only when it does not exist", () => {
    const lines = schemaSql(args).split("\n");
    for (const kind of ["ROLE", "DATABASE"]) {
        const create = lines.find((line) => line.includes(`CREATE ${kind}`));
        expect(create).toMatch(/^SELECT '.*' WHERE NOT EXISTS \(SELECT FROM pg_\w+ WHERE \w+ = '\w+'\)\\gexec$/);
    }
});

test("the password comes from the file, and no statement with it is logged", () => {
    const sql = schemaSql({ ...args, passwordFile: "/secrets/the owner's" });
    expect(sql).toContain("\\set password `cat '/secrets/the owner'\\''s'`\n");
    expect(sql.indexOf("SET log_min_error_statement = 'panic'")).toBeLessThan(sql.indexOf("PASSWORD"));
    expect(sql.indexOf("\\unset password")).toBeGreaterThan(sql.indexOf("PASSWORD"));
});

test("a file name that psql could not read is refused", () => {
    expect(() => schemaSql({ ...args, passwordFile: "/a`id`" })).toThrow("passwordFile is /a`id`");
});

// Each of these names has made its objects on a real server, as it stands here
test("names are quoted for SQL, for strings and for psql's own commands", () => {
    const sql = schemaSql({ database: `c"d'b \\x=1 :name`, user: `ad"m'i\\n` });
    expect(sql).toContain(`ALTER ROLE "ad""m'i\\n" WITH LOGIN`);
    expect(sql).toContain(`rolname = E'ad"m''i\\\\n'`);
    expect(sql).toContain(`E'CREATE DATABASE "c""d''b \\\\x=1 :name" OWNER "ad""m''i\\\\n"'`);
    expect(sql).toContain(`\\connect -reuse-previous=on "dbname='c""d\\'b \\\\x=1 :name'"`);
});

test("the user's settings of the server win", () => {
    const words = postgresArguments({ wal_sender_timeout: "1min", "pg_stat_statements.max": 500 });
    expect(words).toEqual(expect.arrayContaining(["wal_level=logical", "wal_sender_timeout=1min"]));
    expect(words.slice(-2)).toEqual(["-c", "pg_stat_statements.max=500"]);
    expect(words).not.toContain("wal_sender_timeout=20s");
});
