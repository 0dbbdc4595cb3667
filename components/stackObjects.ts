import * as pulumi from "@pulumi/pulumi";
import * as labels from "../docker/labels";

/** Label of a member that has read secrets at its start: other secrets replace its container. */
export const SECRETS_LABEL = labels.LABEL.secrets;
/** Label of a member that has read its key and certificates at its start: others replace its container. */
export const TLS_LABEL = labels.LABEL.tls;
/** Label of a member of a cluster that has TLS: its mode, by which preflight knows what an update has left. */
export const TLS_MODE_LABEL = labels.LABEL.tlsMode;

/** Docker name of an object of this stack. */
export function dockerName(name: string): string {
    return labels.objectName(thisStack(), name);
}

/** Start of the names of this stack's Docker objects: `<project>-<stack>`. */
export function stackPrefix(): string {
    return labels.stackPrefix(thisStack());
}

/** The labels by which `npm stop` finds every object of this stack. */
export function stackLabels(): Record<string, string> {
    return labels.stackLabels(thisStack());
}

/** Labels of an object of this stack in the form that the Docker provider takes. */
export function labelList(
    further: Record<string, pulumi.Input<string>> = {},
): { label: string; value: pulumi.Input<string> }[] {
    return Object.entries({ ...stackLabels(), ...further }).map(([label, value]) => ({ label, value }));
}

function thisStack(): labels.StackIdentity {
    return { project: pulumi.getProject(), stack: pulumi.getStack() };
}
