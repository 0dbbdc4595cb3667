import * as pulumi from "@pulumi/pulumi";
import type { MemberTlsArgs, StackTls } from "../../components/certificates/stackTls";
import { type TlsMode, usesTls } from "../../components/render/tls";

/**
 * The TLS of a stack in a mode, without certificates.
 *
 * @param made receives what its components ask for.
 * @param writer end of the ids of the writers of files: another one means other files.
 */
export function stackTls(mode: TlsMode, made: MemberTlsArgs[] = [], writer = "writer-id"): StackTls {
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
                writerId: pulumi.output(`${args.member}-tls-${writer}`),
            };
        },
    };
    return members as StackTls;
}
