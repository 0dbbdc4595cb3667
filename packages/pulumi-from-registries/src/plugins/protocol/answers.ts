import * as grpc from "@grpc/grpc-js";
import {
    CheckFailure,
    CheckRequest,
    CheckResponse,
    DiffResponse,
    ErrorResourceInitFailed,
    PropertyDiff,
} from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Failure } from "./check";
import { Change } from "./diff";
import { Resource } from "./resource";
import { plainError } from "./server";

/** The error that keeps an unfinished resource in the state. */
export class UnfinishedAnswer extends Error {
    constructor(
        reason: string,
        readonly id: string,
        readonly properties: Struct,
    ) {
        super(reason);
        this.name = "UnfinishedAnswer";
    }
}

/** The response to a check: the inputs for the state, and the failures. */
export function answerCheck(request: CheckRequest, failures: Failure[], inputs = request.getNews()): CheckResponse {
    const response = new CheckResponse();
    response.setInputs(inputs);
    response.setFailuresList(failures.map(toMessage));
    return response;
}

/** A failure as a message of the protocol. */
export function toMessage({ property, reason }: Failure): CheckFailure {
    const message = new CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
}

/** Whether the old resource must be deleted before its replacement is created. */
export function mustDeleteFirst({ deleteBeforeReplace }: Resource<never>, changes: Change[]): boolean {
    if (deleteBeforeReplace !== "whenNameStays") return deleteBeforeReplace === "always";
    return !changes.some(({ path }) => path === "name");
}

/** The response to a diff: the changes with their property paths. */
export function answerDiff(changes: Change[], deleteBeforeReplace: boolean): DiffResponse {
    const response = new DiffResponse();
    const names = (list: Change[]) => [...new Set(list.map(({ path }) => topLevel(path)))];
    const replaces = changes.filter(({ replace }) => replace);
    response.setChanges(changes.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
    response.setDiffsList(names(changes));
    response.setReplacesList(names(replaces));
    response.setDeletebeforereplace(deleteBeforeReplace && replaces.length > 0);
    response.setHasdetaileddiff(true);
    for (const change of changes) response.getDetaileddiffMap().set(change.path, detail(change));
    return response;
}

function detail({ kind, replace }: Change): PropertyDiff {
    const { Kind } = PropertyDiff;
    const kinds = {
        add: replace ? Kind.ADD_REPLACE : Kind.ADD,
        delete: replace ? Kind.DELETE_REPLACE : Kind.DELETE,
        update: replace ? Kind.UPDATE_REPLACE : Kind.UPDATE,
    };
    const message = new PropertyDiff();
    message.setKind(kinds[kind]);
    return message;
}

function topLevel(path: string): string {
    return /^[^.[]*/.exec(path)?.[0] ?? path;
}

/** Whether a property path is `outer` or a part of it. */
export function isWithin(path: string, outer: string): boolean {
    return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/** An error as a gRPC status. Node's gRPC has no field for details, so they are in a trailer of a fixed name. */
export function describeError(error: unknown): Partial<grpc.StatusObject> {
    if (!(error instanceof UnfinishedAnswer)) return plainError(error);
    const failed = new ErrorResourceInitFailed();
    failed.setId(error.id);
    failed.setProperties(error.properties);
    failed.setReasonsList([error.message]);
    const details = new Any();
    details.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(details);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
