import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { findMissingBrowser } from "../../tools/setup/browser";
import { findMissingClients } from "../../tools/setup/clients";
import { isYes } from "../../tools/setup/confirm";
import { isDebian } from "../../tools/setup/debianPackages";
import { parseJavaVersion } from "../../tools/setup/java";
import { findShortages } from "../../tools/setup/machine";
import { forcedWay } from "../../tools/setup/pulumi";
import { findMissingPython } from "../../tools/setup/python";
import { isRecent } from "../../tools/setup/releasedPulumi";

test("everything that is missing is reported at once, each with a remedy and without a stack trace", () => {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-missing-"));
    try {
        const { status, stdout, stderr } = spawnSync(
            process.execPath,
            [resolve(__dirname, "../../cli/run.js"), "env"],
            {
                encoding: "utf8",
                env: {
                    HOME: folder,
                    PATH: "",
                    SETUP_INSTALL: "never",
                    DOCKER_HOST: `unix://${join(folder, "docker.sock")}`,
                },
            },
        );
        expect(status).toBe(1);
        expect(stdout).toBe("");
        expect(stderr).toContain("SETUP_INSTALL=never");
        expect(stderr).toMatch(/- JDK 17 or newer.*\n.*apt-get install openjdk-17-jdk-headless/);
        expect(stderr).toMatch(/- Maven.*\n.*apt-get install maven/);
        expect(stderr).toMatch(/- The Docker engine of DOCKER_HOST=.*docker\.sock.*\n.*unset DOCKER_HOST/);
        expect(stderr).not.toContain("    at ");
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test.each([
    ['IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n', 17],
    ['JAVA_VERSION="1.8.0_412"', 8],
    ["javac 21", 21],
    ["javac 11.0.2\n", 11],
    ["something else", undefined],
])("Java version of %j", (text, version) => {
    expect(parseJavaVersion(text)).toBe(version);
});

test.each([
    ['ID=debian\nVERSION_ID="12"\n', true],
    ["NAME=x\nID=ubuntu\nID_LIKE=debian\n", true],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
    ['ID="fedora"\nHOME_URL="https://debian.org"\n', false],
    ["", false],
])("Debian or not: %j", (osRelease, answer) => {
    expect(isDebian(osRelease)).toBe(answer);
});

test.each([
    ["", true],
    [" Y ", true],
    ["yes", true],
    ["n", false],
    ["no", false],
    ["what?", false],
])("answer %j", (answer, yes) => {
    expect(isYes(answer)).toBe(yes);
});

describe("Pulumi", () => {
    test.each([
        ["v3.245.0", true],
        ["v3.250.1", true],
        ["v3.244.9", false],
        ["v4.0.0", false],
        ["", false],
    ])("CLI %s is recent enough: %s", (version, recent) => {
        expect(isRecent(version, "3.245.0")).toBe(recent);
    });

    test("SETUP_PULUMI takes two values", () => {
        expect(forcedWay(undefined)).toBeUndefined();
        expect(forcedWay("")).toBeUndefined();
        expect(forcedWay("registries")).toBe("registries");
        expect(forcedWay("release")).toBe("release");
        expect(() => forcedWay("github")).toThrow('SETUP_PULUMI is "github". Set it to "release" or "registries"');
    });
});

test("the tests' browser, Python and clients are reported with their packages when they are missing", async () => {
    expect(findMissingBrowser()).toBeUndefined();
    expect(await findMissingPython()).toBeUndefined();
    expect(findMissingClients()).toBeUndefined();
    vi.stubEnv("PATH", "");
    expect(findMissingBrowser()).toMatchObject({ debianPackages: ["chromium"] });
    expect(await findMissingPython()).toMatchObject({ debianPackages: ["python3-venv"] });
    expect(findMissingClients()).toMatchObject({ debianPackages: ["kcat|kafkacat", "postgresql-client"] });
    vi.unstubAllEnvs();
});

describe("machine", () => {
    const GIB = 2 ** 30;

    test("reports a shortage", () => {
        expect(findShortages(4 * GIB, 100 * GIB)).toEqual([
            expect.stringMatching(/^Memory: this machine has 4\.0 GiB/),
        ]);
        expect(findShortages(16 * GIB, 2 * GIB)).toEqual([expect.stringMatching(/^Disk: 2\.0 GiB/)]);
    });

    test("reports nothing on a machine with enough", () => {
        expect(findShortages(16 * GIB, 100 * GIB)).toEqual([]);
    });
});
