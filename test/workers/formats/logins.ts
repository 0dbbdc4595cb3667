import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaults } from "../../../config/defaults";
import { convertersOf } from "../../../connectors/formats";
import { secretReference } from "../../../connectors/secretReference";
import { PasswordProxy } from "../../support/workers/passwordProxy";
import { FORMATS, type FormatServers } from "./formatServers";

export function logins(servers: FormatServers): void {
    describe("sources with a registry that has a login", () => {
        const password = "hunter2 of the registry";
        let proxy: PasswordProxy;

        beforeAll(async () => {
            proxy = await PasswordProxy.start(servers.registry.url, "cdc", password);
            await servers.postgres.query("create schema login");
            await servers.postgres.query("create table login.rows (id int primary key)");
            await servers.postgres.query("create publication login for table login.rows");
        });

        afterAll(() => proxy?.close());

        it.each(FORMATS)("take the password from the worker's files only: %s", async (format) => {
            const { secretsFolder, writeSecret } = servers.connect;
            const name = `login_${format}`;
            const url = `${proxy.origin}${new URL(servers.registry.url).pathname}`;
            const userInfo = `cdc:${secretReference(name, secretsFolder)}`;
            const settings = convertersOf(format, defaults.connect, [url], { userInfo });
            await servers.postgres.query("insert into login.rows select count(*) from login.rows");

            writeSecret(name, "wrong");
            await servers.source(name, format, { publication: "login", tables: "login.rows" }, settings);
            const trace = await servers.failure(name);
            expect(trace).toContain("401");
            expect(trace).toContain("basic.auth.user.info");
            expect(trace).not.toContain("wrong");

            writeSecret(name, password);
            await axios.post(`${servers.connectorUrl(name)}/restart?includeTasks=true&onlyFailed=true`, {});
            const [found] = await servers.rows(`${name}.login.rows`, 1);
            expect(found!.row).toEqual({ id: "0" });

            const { data } = await axios.get<object>(`${servers.connectorUrl(name)}/config`);
            expect(data).toMatchObject({ "value.converter.basic.auth.user.info": userInfo });
            expect(servers.workerLog).not.toContain(password);
        });
    });
}
