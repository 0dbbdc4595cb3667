/** The stack that a Docker object belongs to. */
export interface StackIdentity {
    /** Pulumi project. */
    project: string;
    /** Pulumi stack. */
    stack: string;
}

/** Keys of the labels on Docker objects. */
export const LABEL = {
    project: "connect-cdc.project",
    stack: "connect-cdc.stack",
    /** Id of the container that wrote the secret files of a member. */
    secrets: "connect-cdc.secrets",
    /** Id of the container that wrote the key and the certificates of a member. */
    tls: "connect-cdc.tls",
    /** Mode of TLS that a member of a cluster runs with. Without the label: off. */
    tlsMode: "connect-cdc.tls-mode",
} as const;

/** Labels of every Docker object of a stack. */
export function stackLabels({ project, stack }: StackIdentity): Record<string, string> {
    return { [LABEL.project]: project, [LABEL.stack]: stack };
}

/** Values of the filter `label` for the objects of a stack, or of all stacks of a project. */
export function labelFilter({ project, stack }: Pick<StackIdentity, "project"> & Partial<StackIdentity>): string[] {
    return [`${LABEL.project}=${project}`, ...(stack === undefined ? [] : [`${LABEL.stack}=${stack}`])];
}

/** The stack of a Docker object by its labels; each part is undefined where its label is missing. */
export function stackOf(labels: Record<string, string> = {}): Partial<StackIdentity> {
    return { project: labels[LABEL.project], stack: labels[LABEL.stack] };
}

/** Start of the names of a stack's Docker objects. It is the network's name, and the first part of image names. */
export function stackPrefix({ project, stack }: StackIdentity): string {
    return `${project}-${stack}`;
}

/** Name of a Docker object of a stack: `connect-cdc-dev-kafka-0` for member `kafka-0`. */
export function objectName(identity: StackIdentity, name: string): string {
    return `${stackPrefix(identity)}-${name}`;
}
