import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Writes to the engine's display. */
export class EngineLog {
    private readonly client: EngineClient;

    constructor(address: string) {
        this.client = new EngineClient(address, grpc.credentials.createInsecure());
    }

    /** With `ephemeral` the message stands in the status column of the resource only as long as nothing newer comes. */
    info(message: string, urn: string, ephemeral: boolean): void {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setMessage(message);
        request.setUrn(urn);
        request.setEphemeral(ephemeral);
        // a message that gets lost must not make the work fail
        this.client.log(request, () => {});
    }
}
