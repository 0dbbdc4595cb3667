import { Subject, type SubjectArgs, type SubjectSchemaArgs } from "@connect-cdc/connector";
import * as pulumi from "@pulumi/pulumi";

/** A subject of the registry to declare. */
export interface SubjectDeclaration {
    subject: string;
    /** Default: the level of the registry. */
    compatibility?: SubjectArgs["compatibility"];
    /** Default: only what producers register. */
    schema?: {
        type: SubjectSchemaArgs["type"];
        text: string;
        /** Without a version: that of the resource of the subject, which must be declared, too. */
        references: { name: string; subject: string; version?: number }[];
    };
}

/** Declares each subject. Subjects that a schema refers to come first; there must be no circle. */
export function declareSubjects(
    declarations: SubjectDeclaration[],
    registry: Pick<SubjectArgs, "registryUrls" | "auth">,
    opts: pulumi.CustomResourceOptions,
): Subject[] {
    const declared = new Map<string, Subject>();
    const declare = ({ subject, compatibility, schema }: SubjectDeclaration): Subject => {
        const known = declared.get(subject);
        if (known) return known;
        const references = schema?.references.map((reference) => {
            const other = declarations.find((one) => one.subject === reference.subject && one.schema);
            return { ...reference, version: reference.version ?? declare(other!).version };
        });
        const args = { subject, compatibility, schema: schema && { ...schema, references } };
        const resource = new Subject(subject, { ...registry, ...args }, opts);
        declared.set(subject, resource);
        return resource;
    };
    return declarations.map(declare);
}
