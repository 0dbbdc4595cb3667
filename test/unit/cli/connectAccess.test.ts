import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inWordsOfOptions, readAccess, readUrls } from "@connect-cdc/connector/commands";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openCluster } from "../../../cli/openCluster";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-access-"));
});
afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

const file = (text: string) => {
    const path = join(folder, "file");
    writeFileSync(path, text);
    return path;
};

describe("credentials of a command", () => {
    it("are undefined without an option", async () => {
        expect(await readAccess({})).toBeUndefined();
    });

    it("read the password from a file or from the environment", async () => {
        const basic = { username: "me", password: " hunter-2" };
        expect(await readAccess({ user: "me", "password-file": file(" hunter-2\n") })).toEqual({ basic });
        vi.stubEnv("CONNECT_PASSWORD", " hunter-2");
        expect(await readAccess({ user: "me", "server-name": "a", insecure: true })).toEqual({
            basic,
            tls: { serverName: "a", rejectUnauthorized: false },
        });
    });

    it("read a token from a file", async () => {
        expect(await readAccess({ "bearer-file": file("hunter-2\n") })).toEqual({ bearer: "hunter-2" });
    });

    it.each<[string, () => object, string]>([
        [
            "a user and a token",
            () => ({ user: "me", "password-file": file("hunter-2"), "bearer-file": file("hunter-2") }),
            "the credentials must not have both --user and --bearer-file",
        ],
        ["an empty token", () => ({ "bearer-file": file("\n") }), "--bearer-file must be a token"],
        ["no password anywhere", () => ({ user: "me" }), "Set CONNECT_PASSWORD"],
        ["a password without a user", () => ({ "password-file": "x" }), "needs --user"],
        ["an empty password", () => ({ user: "me", "password-file": file("\n") }), "the password of --user must be"],
        [
            "a password in the user",
            () => ({ user: "me:hunter-2", "password-file": file("x") }),
            "must not contain a colon",
        ],
        ["no such file", () => ({ ca: "/no/such.pem" }), "--ca: ENOENT"],
        ["a file that is no certificate", () => ({ ca: file("hunter-2") }), "--ca must be PEM text"],
        ["half a pair", () => ({ cert: file("-----BEGIN CERTIFICATE-----") }), "must have both cert and key"],
    ])("with %s are rejected without a secret in the message", async (_, values, message) => {
        const error = await readAccess(values()).then(
            () => expect.fail("they were taken"),
            (error: Error) => error,
        );
        expect(error.message).toContain(message);
        expect(error.message).not.toContain("hunter-2");
    });

    it("are rejected in a URL and for the stack's own workers", async () => {
        expect(() => readUrls("https://me:hunter-2@host")).toThrow(/^"https:\/\/\[secret\]@host" contains a user or a/);
        await expect(openCluster(undefined, "dev", { tls: {} })).rejects.toThrow("credentials need --url");
    });

    it("have the names of the options in messages", () => {
        expect(inWordsOfOptions("Set auth.tls.ca; set auth.tls.cert and auth.tls.key")).toBe(
            "Set --ca; set --cert and --key",
        );
    });
});
