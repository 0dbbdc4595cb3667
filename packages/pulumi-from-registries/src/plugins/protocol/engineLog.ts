import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Writes messages to the engine's display. */
export class EngineLog {
    private readonly client: EngineClient;
    private sent: Promise<void> = Promise.resolve();

    constructor(address: string) {
        this.client = new EngineClient(address, grpc.credentials.createInsecure());
    }

    /** An ephemeral message is in the status column of the resource until the next one. */
    info(message: string, urn: string, ephemeral: boolean): void {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setMessage(message);
        request.setUrn(urn);
        request.setEphemeral(ephemeral);
        // One after the other, so that they keep their order
        this.sent = this.sent.then(() => this.send(request));
    }

    /** Resolves when the engine has all messages so far. */
    flush(): Promise<void> {
        return this.sent;
    }

    private send(request: LogRequest): Promise<void> {
        // A lost message must not fail the operation
        return new Promise((resolve) => this.client.log(request, () => resolve()));
    }
}
