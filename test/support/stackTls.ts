import * as pulumi from "@pulumi/pulumi";
import type { MemberTlsArgs, StackTls } from "../../components/certificates/stackTls";
import { type TlsMode, usesTls } from "../../components/render/tls";

/**
 * The TLS of a stack in a mode, without certificates.
 *
 * @param made receives what its components ask for.
 * @param files end of the fingerprints: another one means other files.
 */
export function stackTls(mode: TlsMode, made: MemberTlsArgs[] = [], files = "files"): StackTls {
    const operator = pulumi.secret({
        ca: "the authorities",
        cert: "the operator's certificate",
        key: "the operator's key",
    });
    const members: Pick<StackTls, "mode" | "operator" | "credentials" | "ca" | "memberTls"> = {
        mode,
        operator,
        credentials: usesTls(mode) ? operator : undefined,
        ca: pulumi.output("the authorities"),
        memberTls: (args) => {
            made.push(args);
            return {
                volumeName: pulumi.output(`${args.member}-tls`),
                files: new pulumi.ComponentResource("test:index:Files", `${args.member}-tls`),
                fingerprint: pulumi.output(`${args.member}-tls-${files}`),
            };
        },
    };
    return members as StackTls;
}
