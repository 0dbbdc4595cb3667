import * as grpc from "@grpc/grpc-js";
import { endWithEngine } from "./endWithEngine";

/** The engine's own limit: messages contain uploaded files. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export const CHANNEL_OPTIONS = {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/**
 * Serves a gRPC service on a free port of the loopback. The engine reads the port from the first line of the output.
 * @param onEnd called before this process ends with the engine.
 */
export async function serve(
    service: grpc.ServiceDefinition,
    implementation: grpc.UntypedServiceImplementation,
    onEnd?: () => void,
): Promise<void> {
    const server = new grpc.Server(CHANNEL_OPTIONS);
    server.addService(service, implementation);
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
            error === null ? resolve(port) : reject(error),
        );
    });
    process.stdout.write(`${port}\n`);
    endWithEngine(onEnd);
}

/** The engine's address is the last argument. */
export function engineAddress(): string {
    return process.argv.at(-1) ?? "";
}

type Handler<Request, Response> = (request: Request) => Promise<Response>;

/** A gRPC method that calls an asynchronous function. */
export function unary<Request, Response>(
    handler: Handler<Request, Response>,
    describeError: (error: unknown) => Partial<grpc.StatusObject> = plainError,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        handler(call.request).then(
            (response) => callback(null, response),
            (error: unknown) => callback(describeError(error)),
        );
    };
}

export function plainError(error: unknown): Partial<grpc.StatusObject> {
    return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}
