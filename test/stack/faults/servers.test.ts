import { describe, expect, it } from "vitest";
import { untilServersWell } from "../../support/faults/serverFaults";
import { containerName, docker, listContainers } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";

const stack = sharedStack();
const inspect = (member: string) => docker.getContainer(containerName(stack.handle.name, member)).inspect();

/** One server of every role, with the program that is its process 1. */
const servers = [
    { member: "zookeeper-2", program: "java" },
    { member: "kafka-2", program: "java" },
    { member: "connect-2", program: "java" },
    { member: "artemis", program: "java" },
    { member: "postgres", program: "postgres" },
];

describe("every container", () => {
    it("is bounded, watched, unprivileged, restarted, and made from a pinned image", async () => {
        const running = (await listContainers(stack.handle.name)).filter(({ State }) => State === "running");
        expect(running).toHaveLength(11);
        for (const { Id } of running) {
            const { HostConfig, Config, Name } = await docker.getContainer(Id).inspect();
            expect(HostConfig.Memory, Name).toBeGreaterThan(0);
            expect(HostConfig.MemorySwap, Name).toBe(HostConfig.Memory);
            expect(HostConfig.RestartPolicy?.Name, Name).toBe("unless-stopped");
            expect(HostConfig.LogConfig, Name).toEqual({
                Type: "json-file",
                Config: { "max-file": "3", "max-size": "10m" },
            });
            expect(HostConfig.CapDrop, Name).toEqual(["ALL"]);
            expect(HostConfig.SecurityOpt, Name).toEqual(["no-new-privileges"]);
            expect(Config.Healthcheck?.Test?.[0], Name).toBe("CMD");
            expect(Config.Image, Name).toMatch(/^sha256:/);
            expect(Config.User, Name).not.toMatch(/^(0|root)?(:|$)/);
        }
    });
});

describe.each(servers)("$member", ({ member, program }) => {
    it(`has ${program} as process 1, not run by root`, async () => {
        const container = docker.getContainer(containerName(stack.handle.name, member));
        const { Titles, Processes } = (await container.top({ ps_args: "-eo pid,uid,comm" })) as {
            Titles: string[];
            Processes: string[][];
        };
        expect(Titles).toEqual(["PID", "UID", "COMMAND"]);
        const { Pid } = (await inspect(member)).State;
        const first = Processes.find(([pid]) => Number(pid) === Pid);
        expect(first?.[2]).toBe(program);
        expect(Processes.filter(([, uid]) => uid === "0")).toEqual([]);
    });

    it("ends by itself after SIGTERM, well within its grace period", async () => {
        const container = docker.getContainer(containerName(stack.handle.name, member));
        await container.stop({ t: 60 });
        // The exit code of a JVM after SIGTERM is 143; 137 would be the kill after the grace period.
        expect([0, 143]).toContain((await inspect(member)).State.ExitCode);
        await container.start();
    });
});

describe("after that", () => {
    it("every cluster is ready again, and rows flow", async () => {
        await untilServersWell({ stack: stack.handle.name, outputs: await stack.outputs() });
        // Opened only now: earlier connections have ended with their servers.
        const pipeline = await Pipeline.open(stack);
        await pipeline.passMarker(120);
        await pipeline.close();
    });
});
