import * as pulumi from "@pulumi/pulumi";
import type { ConnectorAuthArgs } from "./connector";
import { DynamicResource } from "./dynamicResource";
import type { Compatibility, SchemaType } from "./registry/schema";

/** Arguments of {@link Subject}. */
export interface SubjectArgs {
    /**
     * URLs of one schema registry with Confluent's API v7, reachable from where Pulumi runs: `http://localhost:8081`, of Apicurio
     * Registry `http://localhost:8080/apis/ccompat/v7`. They may change as long as they lead to the same registry.
     */
    registryUrls: pulumi.Input<pulumi.Input<string>[]>;
    /** Credentials. Kept as a secret. Default: none. */
    auth?: pulumi.Input<ConnectorAuthArgs>;
    /**
     * Name of the subject. Converters use `<topic>-key` and `<topic>-value` (TopicNameStrategy). Another name replaces the
     * resource.
     */
    subject: pulumi.Input<string>;
    /** The schema, which `up` makes the newest version. Default: only what producers register. */
    schema?: pulumi.Input<SubjectSchemaArgs>;
    /**
     * Level that a new version must keep to older ones; `NONE` holds against any level of the registry. Default: that of the
     * registry.
     */
    compatibility?: pulumi.Input<Compatibility>;
    /**
     * True: the deletion of the resource removes the schemas, and records that were written with them cannot be read any more.
     * False: the deletion is soft, their ids stay; without `schema` only the level is removed. Default false.
     */
    hardDelete?: pulumi.Input<boolean>;
    /** Limit of create, update and delete, s; they wait for a registry that does not answer. Default 120. */
    timeoutSeconds?: pulumi.Input<number>;
}

/** A schema of a {@link Subject}. */
export interface SubjectSchemaArgs {
    type: pulumi.Input<SchemaType>;
    text: pulumi.Input<string>;
    /**
     * Schemas of other subjects that the text uses. Give `subject` and `version` of another `Subject` resource, and Pulumi
     * creates that one first. Default: none.
     */
    references?: pulumi.Input<pulumi.Input<SubjectReferenceArgs>[]>;
}

/** A schema that another one uses. */
export interface SubjectReferenceArgs {
    /** As the schema names it: the full name of a record of AVRO, or the path of an `import` of PROTOBUF. */
    name: pulumi.Input<string>;
    subject: pulumi.Input<string>;
    version: pulumi.Input<number>;
}

/**
 * A subject of a schema registry: its schema, and the compatibility of its versions. A preview asks the registry whether a
 * changed schema is compatible, and fails with the offending fields if not. An existing subject is taken over. The deletion is
 * soft, unless `hardDelete` is set.
 */
export class Subject extends DynamicResource {
    /** Name of the subject. */
    declare public readonly subject: pulumi.Output<string>;
    /** Version of the declared schema, or without one the newest version of the last `up`; 0: it had none. */
    declare public readonly version: pulumi.Output<number>;
    /** Id of that version's schema, which records begin with; 0: it had none. */
    declare public readonly schemaId: pulumi.Output<number>;

    constructor(name: string, args: SubjectArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "subject",
            "Subject",
            name,
            {
                hardDelete: false,
                timeoutSeconds: 120,
                ...args,
                ...(args.auth === undefined ? {} : { auth: pulumi.secret(args.auth) }),
                version: undefined,
                schemaId: undefined,
            },
            pulumi.mergeOptions({ additionalSecretOutputs: ["auth"] }, opts),
        );
    }
}
