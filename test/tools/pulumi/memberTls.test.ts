import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKOUT } from "../../../tools/project";
import { PulumiProgram } from "./pulumiProgram";
import { execute, makeTestImage, removeTestImage } from "./testImage";

const image = `cdc-plugtest-member-tls-${process.pid}:1`;
const MEMBERS = ["m-0", "m-1"];
/** The members with their gates, in the order of a roll. */
const ROLLED = MEMBERS.flatMap((member) => [member, `${member}-gate`]);
let program: PulumiProgram;

beforeAll(async () => {
    program = await PulumiProgram.create();
    await makeTestImage(image);
    program.linkRooms();
});

afterAll(async () => {
    await program.close();
    await removeTestImage(image);
});

/** Two members, the second one after a gate of the first, as in each role. */
function membersWith(certificateDays: number): string {
    const module = (path: string) => JSON.stringify(join(CHECKOUT, "components", path));
    return `
import { StackTls } from ${module("certificates/stackTls")};
import { DockerHost } from ${module("dockerHost")};
import { Member } from ${module("member")};
const address = { advertisedAddress: "127.0.0.1", bindAddress: "127.0.0.1" };
const host = new DockerHost("local", { endpoint: "unix:///var/run/docker.sock", ...address });
const image: any = { idOn: () => pulumi.output(${JSON.stringify(image)}) };
const tls = new StackTls("tls", {
    mode: "require", authorities: [{ name: "stack" }], certificateDays: ${certificateDays}, clients: [],
});
let previous: pulumi.Resource[] = [];
for (const name of ${JSON.stringify(MEMBERS)}) {
    const own = tls.memberTls({ member: name, role: "kafka", host, image, user: "root", parent: tls });
    const member = new Member(name, {
        host, image, command: ["sleep", "600"], user: "root", files: {}, tls: { ...own, mode: "require" }, ports: {},
        healthcheck: ["true"], memoryMb: 64, stopGraceSeconds: 1,
    }, { dependsOn: previous });
    const gate = new command.local.Command(name + "-gate", {
        create: "true", update: "true", environment: { ID: member.containerId },
    });
    previous = [gate];
}`;
}

test("renewed certificates replace one member after the other, and each has the new one", async () => {
    const certificates = () =>
        Promise.all(
            MEMBERS.map((name) => execute(`plugtest-test-${name}`, "cat", "/run/secrets/connect-cdc-tls/cert.pem")),
        );
    expect(await program.up(membersWith(90))).toMatchObject({ ok: true });
    const before = await certificates();
    const { ok, steps, messages } = await program.up(membersWith(30));
    expect(ok, messages).toBe(true);
    expect(Object.keys(steps).filter((name) => ROLLED.includes(name))).toEqual(ROLLED);
    const after = await certificates();
    expect(after.filter((certificate) => before.includes(certificate))).toEqual([]);
    expect(await program.up(membersWith(30))).toMatchObject({ ok: true, steps: {} });
});
