import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Writes to the engine's display. */
export class EngineLog {
    private readonly client: EngineClient;
    private sent: Promise<void> = Promise.resolve();

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
        // one after the other, or they overtake each other
        this.sent = this.sent.then(() => this.send(request));
    }

    /** Resolves when all messages so far have arrived. */
    flush(): Promise<void> {
        return this.sent;
    }

    private send(request: LogRequest): Promise<void> {
        // a message that gets lost must not make the work fail
        return new Promise((resolve) => this.client.log(request, () => resolve()));
    }
}
