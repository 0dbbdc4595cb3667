import { createHash } from "node:crypto";
import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { Member, MemberArgs } from "../member";
import { dockerName } from "../stackObjects";
import { Gate } from "./gate";
import type { GateInputs } from "./gateProvider";
import { Readiness } from "./readiness";
import { RollStart } from "./rollStart";

/** Arguments of {@link rollMembers}. */
export interface RollArgs {
    /** Kind of the servers. */
    kind: GateInputs["kind"];
    /** Arguments of each member, in order; the name of member i is `<name>-<i>`. */
    members: MemberArgs[];
    /** Address of each member from this machine. */
    targets: string[];
    readySeconds: number;
    parent: pulumi.Resource;
    /** Resources that must exist before the first member. */
    dependsOn: pulumi.Resource[];
    /** Of workers: connectors that this update does not change. Default: all. */
    keptConnectors?: string[];
    /** Credentials for the servers at `targets`. Default: they take plain links. */
    credentials?: pulumi.Output<Credentials>;
    /** Of workers: values that no message may contain. */
    secrets?: pulumi.Output<string[]>;
}

/**
 * Declares the members of a role. They start in parallel on the first `up` and roll one by one on a change, because each
 * depends on the gate of the one before it.
 * @returns the readiness of the whole role, which comes last.
 */
export function rollMembers(name: string, args: RollArgs): Readiness {
    const { kind, targets, parent, keptConnectors } = args;
    const credentials = args.credentials && pulumi.secret(args.credentials);
    const containers = args.members.map(({ host: { endpoint, certPath } }, i) => ({
        container: dockerName(`${name}-${i}`),
        endpoint,
        certPath,
    }));
    const members: Record<string, pulumi.Output<string>> = {};
    const digest = kind === "connect" ? digestOf(args.members) : undefined;
    const rollStart = digest && new RollStart(`${name}-roll`, { targets, digest, credentials }, { parent });
    const dependsOn = rollStart ? [...args.dependsOn, rollStart] : args.dependsOn;
    let previous = dependsOn;
    for (const [index, memberArgs] of args.members.entries()) {
        const memberName = `${name}-${index}`;
        const member = new Member(memberName, memberArgs, { parent, dependsOn: previous });
        members[memberName] = member.containerId;
        const gate = new Gate(
            `${memberName}-gate`,
            {
                kind,
                member: memberName,
                containerId: member.containerId,
                containers,
                targets,
                index,
                runningTasks: rollStart?.runningTasks,
                roll: digest,
                keptConnectors,
                secrets: args.secrets && pulumi.secret(args.secrets),
                credentials,
                timeoutSeconds: args.readySeconds,
            },
            { parent },
        );
        previous = [...dependsOn, gate];
    }
    return new Readiness(
        `${name}-ready`,
        { kind, targets, members, timeoutSeconds: args.readySeconds, keptConnectors, credentials },
        { parent, dependsOn: previous },
    );
}

/** Digest of the arguments of all members. */
function digestOf(members: MemberArgs[]): pulumi.Output<string> {
    const inputs = members.map(({ image, host, tls, ...rest }) => ({
        ...rest,
        image: image.imageId,
        host: host.hostName,
        tls: [tls?.mode, tls?.fingerprint],
    }));
    return pulumi.output(inputs).apply((all) => createHash("sha256").update(JSON.stringify(all)).digest("hex"));
}
