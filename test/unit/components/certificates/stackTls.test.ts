import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { type StackAuthority, StackTls } from "../../../../components/certificates/stackTls";
import { DockerHost } from "../../../../components/dockerHost";
import type { Image } from "../../../../components/image";
import type { SecretFiles } from "../../../../components/secretFiles";
import { recordResources, type RegisteredResource, resolved, theResource } from "../../../support/mocks";

let resources: RegisteredResource[];

beforeEach(async () => {
    resources = await recordResources();
});

async function declare(authorities: StackAuthority[]) {
    const tls = new StackTls("tls", { mode: "prefer", authorities, certificateDays: 90, clients: ["shop"] });
    const address = { advertisedAddress: "10.0.0.7", bindAddress: "10.0.0.7" };
    const host = new DockerHost("a", { endpoint: "unix:///var/run/docker.sock", ...address });
    const image = { idOn: () => "sha256:image" } as unknown as Image;
    const made = tls.memberTls({ member: "kafka-0", role: "kafka", host, image, user: "1000", parent: tls });
    await resolved(pulumi.all([(made.files as SecretFiles).writerId, made.fingerprint, tls.ca]));
    return { tls, made };
}

describe("the certificates of a stack", () => {
    it("name the role, and have the addresses of the member", async () => {
        await declare([{ name: "stack" }]);
        expect(theResource(resources, "Certificate", "kafka-0-certificate").inputs).toMatchObject({
            commonName: "kafka",
            addresses: ["kafka-0", "localhost", "127.0.0.1", "10.0.0.7"],
            days: 90,
        });
        expect(theResource(resources, "Certificate", "operator-certificate").inputs.commonName).toBe("operator");
        expect(theResource(resources, "Authority", "authority-stack").inputs.commonName).toBe("connect-cdc test stack");
    });

    it("are files that the server's user alone may read", async () => {
        const { made } = await declare([{ name: "stack" }]);
        const { inputs } = theResource(resources, "Container", "kafka-0-tls-writer");
        const files = (inputs.uploads.secret as { file: string }[]).map(({ file }) => file);
        expect(files.sort()).toEqual(["/in/ca.pem", "/in/cert.pem", "/in/key.pem", "/in/store.p12"]);
        const store = (inputs.uploads.secret as object[]).find((upload) => "contentBase64" in upload);
        expect(store).toMatchObject({ file: "/in/store.p12" });
        expect(inputs.command[0]).toContain("install -o 1000 -g 1000 -m 0400");
        expect(inputs.command[0]).toContain("ca.pem cert.pem key.pem store.p12");
        expect(inputs.volumes[0].volumeName).toBe(await resolved(made.volumeName));
    });

    it("have a fingerprint, which is no secret and changes with each of them", async () => {
        const fingerprint = async (...authorities: StackAuthority[]) => {
            resources.length = 0;
            const { made } = await declare(authorities);
            expect(await pulumi.isSecret(made.fingerprint)).toBe(false);
            return resolved(made.fingerprint);
        };
        const [stack, other] = [{ name: "stack" }, { name: "other" }];
        expect(await fingerprint(stack)).toMatch(/^[0-9a-f]{32}$/);
        expect(await fingerprint(stack)).toBe(await fingerprint(stack));
        expect(await fingerprint(stack, other)).not.toBe(await fingerprint(stack));
    });

    it("are signed by the first authority, and trust all, in their order", async () => {
        const key = pulumi.secret("the key");
        const { tls } = await declare([
            { name: "new", cert: "NEW", key },
            { name: "old", cert: "OLD\n", key },
        ]);
        expect(theResource(resources, "Authority", "authority-old").inputs).toMatchObject({
            given: { secret: { cert: "OLD\n", key: "the key" } },
            path: "security.authorities.1",
        });
        expect(await resolved(tls.ca)).toBe("NEW\nOLD\n");
        expect(theResource(resources, "Certificate", "kafka-0-certificate").inputs).toMatchObject({
            authorityCert: "NEW",
            authorityKey: { secret: "the key" },
            ca: "NEW\nOLD\n",
        });
    });

    it("give the operator credentials, which are secret", async () => {
        const { tls } = await declare([{ name: "stack" }]);
        expect(await pulumi.isSecret(tls.operator)).toBe(true);
        expect(await resolved(tls.operator)).toEqual({
            ca: "authority-stack cert\n",
            cert: "operator-certificate cert",
            key: "operator-certificate key",
        });
    });

    it("give further clients certificates of their own, which are secret", async () => {
        const { tls } = await declare([{ name: "stack" }]);
        expect(theResource(resources, "Certificate", "client-shop-certificate").inputs.commonName).toBe("shop");
        expect(await pulumi.isSecret(tls.clients["shop"]!)).toBe(true);
        expect(await resolved(tls.clients["shop"]!)).toMatchObject({ key: "client-shop-certificate key" });
    });
});
