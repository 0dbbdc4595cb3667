import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exportLines, prependToPath, pulumiEnvironment, shellLines } from "../../tools/environment";
import { cacheFolder } from "../../tools/folders";

describe("exportLines", () => {
    const hostile = {
        QUOTES: `it's "quoted"`,
        SHELL: "$HOME `id` $(id) \\ ; & | * ~",
        LINES: "one\ntwo\n",
        EMPTY: "",
    };

    test("a shell gets the exact values", () => {
        const script = `${exportLines(hostile)}env -0`;
        const environment = execFileSync("sh", ["-c", script], { env: { PATH: process.env.PATH } }).toString();
        for (const [name, value] of Object.entries(hostile)) {
            expect(environment.split("\0")).toContain(`${name}=${value}`);
        }
    });
});

test("a folder is put before the shell's own PATH, once", () => {
    const line = prependToPath("/my tools/*/$HOME's");
    const path = execFileSync("/bin/sh", ["-c", `${line}${line}printf %s "$PATH"`], { env: { PATH: "/usr/bin" } });
    expect(path.toString()).toBe("/my tools/*/$HOME's:/usr/bin");
    expect(prependToPath(undefined)).toBe("");
});

describe("pulumiEnvironment", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc environment-"));
        vi.stubEnv("HOME", folder);
        vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
        vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
        vi.stubEnv("PATH", "/usr/bin");
        for (const name of Object.keys(process.env).filter((name) => name.startsWith("PULUMI_"))) {
            vi.stubEnv(name, undefined);
        }

        remember({ way: "release", binFolder: "/tools/bin" });
    });

    afterEach(() => {
        vi.unstubAllEnvs();
        rmSync(folder, { recursive: true });
    });

    function remember(tools: Record<string, string>): void {
        writeFileSync(join(cacheFolder("pulumi"), "chosen.json"), JSON.stringify(tools));
    }

    function logIn(current = "https://api.pulumi.com"): void {
        mkdirSync(join(folder, ".pulumi"));
        writeFileSync(join(folder, ".pulumi", "credentials.json"), JSON.stringify({ current }));
    }

    test("the tools are first on PATH, once", () => {
        vi.stubEnv("PATH", ["/tools/bin", "/usr/bin"].join(delimiter));
        expect(pulumiEnvironment().PATH).toBe(["/tools/bin", "/usr/bin"].join(delimiter));
    });

    test("a shell gets all variables but the PATH of npm", () => {
        const lines = shellLines();
        expect(lines).toContain("export PULUMI_BACKEND_URL=");
        expect(lines).toContain("/tools/bin");
        expect(lines).not.toContain("/usr/bin");
    });

    test("released tools use the user's own Pulumi folder", () => {
        expect(pulumiEnvironment()).not.toHaveProperty("PULUMI_HOME");
    });

    test("tools from registries have a Pulumi folder of their own", () => {
        remember({ way: "registries", binFolder: "/tools/bin", pulumiHome: "/tools/home" });
        expect(pulumiEnvironment().PULUMI_HOME).toBe("/tools/home");
    });

    test("state is in a local folder, whose URL is escaped", () => {
        const { PULUMI_BACKEND_URL } = pulumiEnvironment();
        expect(PULUMI_BACKEND_URL).toBe(pathToFileURL(join(folder, "state", "connect-cdc", "pulumi")).href);
        expect(PULUMI_BACKEND_URL).toContain("connect-cdc%20environment");
    });

    test("a login of the user has priority over the local folder", () => {
        logIn();
        expect(pulumiEnvironment()).not.toHaveProperty("PULUMI_BACKEND_URL");
    });

    test("a login of the user is found by tools with a Pulumi folder of their own", () => {
        logIn();
        remember({ way: "registries", binFolder: "/tools/bin", pulumiHome: "/tools/home" });
        // as the env command of an earlier version has left it
        vi.stubEnv("PULUMI_HOME", cacheFolder("pulumi-home", "old"));
        expect(pulumiEnvironment()).toMatchObject({ PULUMI_CREDENTIALS_PATH: join(folder, ".pulumi") });
        expect(pulumiEnvironment()).not.toHaveProperty("PULUMI_BACKEND_URL");
    });

    test("a login to a folder names it, so that recovery finds the locks in it", () => {
        logIn("file://~/states");
        expect(pulumiEnvironment().PULUMI_BACKEND_URL).toBe("file://~/states");
    });

    test("PULUMI_BACKEND_URL and PULUMI_ACCESS_TOKEN have priority over the local folder", () => {
        vi.stubEnv("PULUMI_BACKEND_URL", "s3://states");
        expect(pulumiEnvironment().PULUMI_BACKEND_URL).toBe("s3://states");
        vi.stubEnv("PULUMI_BACKEND_URL", undefined);
        vi.stubEnv("PULUMI_ACCESS_TOKEN", "token");
        expect(pulumiEnvironment()).not.toHaveProperty("PULUMI_BACKEND_URL");
    });

    test("the dev stack has the public passphrase, each other stack one of its own that stays", () => {
        const dev = pulumiEnvironment().PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
        expect(basename(dev)).toBe("Pulumi.dev.passphrase");
        const other = pulumiEnvironment("staging").PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
        const passphrase = readFileSync(other, "utf8");
        expect(passphrase.length).toBeGreaterThan(20);
        expect(statSync(other).mode & 0o777).toBe(0o600);
        expect(pulumiEnvironment("staging").PULUMI_CONFIG_PASSPHRASE_FILE).toBe(other);
        expect(readFileSync(other, "utf8")).toBe(passphrase);
    });

    test("after eval of the dev environment another stack still does not get the public passphrase", () => {
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", pulumiEnvironment().PULUMI_CONFIG_PASSPHRASE_FILE);
        expect(basename(pulumiEnvironment("staging").PULUMI_CONFIG_PASSPHRASE_FILE ?? "")).toBe("staging");
    });

    test("after eval of another stack's environment the dev stack has its own passphrase again", () => {
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", pulumiEnvironment("staging").PULUMI_CONFIG_PASSPHRASE_FILE);
        expect(basename(pulumiEnvironment().PULUMI_CONFIG_PASSPHRASE_FILE ?? "")).toBe("Pulumi.dev.passphrase");
        expect(basename(pulumiEnvironment("staging").PULUMI_CONFIG_PASSPHRASE_FILE ?? "")).toBe("staging");
    });

    test("the user's own passphrase has priority", () => {
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", "/mine");
        expect(pulumiEnvironment().PULUMI_CONFIG_PASSPHRASE_FILE).toBe("/mine");
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "");
        expect(pulumiEnvironment()).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    });

    test("without a set-up the error has the remedy", () => {
        rmSync(join(folder, "cache"), { recursive: true });
        expect(() => pulumiEnvironment()).toThrow("Run npm start first");
    });
});
