import { expect, test } from "vitest";
import { explainCliFailure } from "../../toolchain/stack/explainCliFailure";

test.each([
    [
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock " +
            "file with `pulumi cancel`.\n  file:///s/.pulumi/locks/x.json: created by ann@laptop (pid 42) at 2026-01-02T03:04:05Z",
        "process 42 of ann@laptop, since 2026-01-02T03:04:05Z",
    ],
    ["some message\nended by SIGKILL", "ended from outside (SIGKILL)"],
    ["error: getting secrets manager: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"],
    ["error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE"],
    ["error pinging docker server: Cannot connect to the Docker daemon", "The Docker engine does not answer"],
    ["connect ENOENT /var/run/docker.sock", "The Docker engine does not answer"],
    ["error: could not find plugin docker", "Run npm start"],
])("%s", (output, advice) => {
    const message = explainCliFailure("dev", "up", output);
    expect(message).toContain("pulumi up of stack dev failed.");
    expect(message).toContain(advice);
});

test("an unknown failure keeps the CLI's own words, unless the user has seen them", () => {
    expect(explainCliFailure("dev", "up", "error: something new")).toContain("error: something new");
    expect(explainCliFailure("dev", "up", "error: something new", { alreadyShown: true })).toBe(
        "pulumi up of stack dev failed. Its messages stand above.",
    );
});
