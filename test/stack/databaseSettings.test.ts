import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseSettingProblems } from "../../config/checks/databaseSettings";
import { POSTGRES_SETTINGS } from "../../config/checks/postgresSettings";
import { parseConfig } from "../../config/load";
import { parseAddress } from "../../servers/address";
import { replicationSlots } from "../../servers/postgres";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();
let client: Client;
let login: { host: string; port: number; database: string; user: string; password: string };

beforeAll(async () => {
    const { address = "", name: database, user, password } = (await stack.outputs()).database;
    login = { ...parseAddress(address), database, user, password };
    client = new Client(login);
    await client.connect();
});

afterAll(() => client?.end());

describe("database.config", () => {
    it("reaches the server, and status knows the limit of its slots", async () => {
        const { rows } = await client.query("show max_slot_wal_keep_size");
        expect(rows).toEqual([{ max_slot_wal_keep_size: "4GB" }]);
        const slots = await replicationSlots(login);
        expect(slots.find(({ name }) => name === "dbz_source")?.safeWalBytes).toBeGreaterThan(2 ** 30);
    });

    it("is checked by the list of settings that the server itself has", async () => {
        const { rows } = await client.query<{ name: string }>(
            `select name, vartype as type, unit, min_val::float8 as min, max_val::float8 as max, enumvals as values
             from pg_settings where context <> 'internal' and name not like '%.%'`,
        );
        const own = new Map(POSTGRES_SETTINGS.map((setting) => [setting.name, setting]));
        const given = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
        const known = given.filter(({ name }) => own.has(name as string));
        // Only a superuser sees all of them
        expect(known.length).toBeGreaterThan(300);
        expect(known.map(({ name }) => own.get(name as string))).toEqual(known);
        // A later minor version may have a few more
        expect(given.length).toBeLessThan(known.length + 5);
    });

    // Settings that every role may set in its session
    it.each([
        ["work_mem", ["4MB", "65536", "0x100", "1.5MB", " 1GB ", "64", "1mb", "1ms", "63", "3TB", "", "1 MB x"]],
        ["statement_timeout", ["1min", "1.5s", "100us", "1d", "-1", "1MB", "60000", "25d"]],
        ["random_page_cost", ["1.1", "1e3", ".5", "-1", "1MB", "x"]],
        ["enable_seqscan", ["on", "off", "t", "fal", "yes", "N", "1", "0", "o", "2", ""]],
        ["synchronous_commit", ["on", "LOCAL", "true", "0", "remote_apply", "fsync"]],
        ["client_min_messages", ["warning", "Debug5", "loud"]],
        ["default_statistics_target", ["100", "0", "10001", "100kB"]],
    ])("is checked as the server checks a value: %s", async (name, values) => {
        const { database } = parseConfig({});
        const verdicts = values.map((value) => ({
            value,
            valid: databaseSettingProblems({ database: { ...database, config: { [name]: value } } }).length === 0,
        }));
        const expected = [];
        for (const value of values) expected.push({ value, valid: await isAccepted(name, value) });
        expect(verdicts).toEqual(expected);
    });

    async function isAccepted(name: string, value: string): Promise<boolean> {
        try {
            await client.query("select set_config($1, $2, true)", [name, value]);
            return true;
        } catch {
            return false;
        }
    }
});
