import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import {
    answerCheck,
    answerDiff,
    describeError,
    isWithin,
    mustDeleteFirst,
    toMessage,
    UnfinishedAnswer,
} from "./answers";
import { autoName } from "./autoName";
import { checkProperties } from "./check";
import { diffProperties } from "./diff";
import { EngineLog } from "./engineLog";
import { Context, ProviderFunction, Resource, UnfinishedError } from "./resource";
import { Fields } from "./schema";
import { engineAddress, serve, unary } from "./server";
import { decode, encode, Properties, UNKNOWN } from "./values";

/** A provider plugin. */
export interface Provider<Client> {
    /** The version of the released plugin whose schema this one serves. */
    version: string;
    /** The configuration that `connect` takes. */
    configuration: Fields;
    /** Connects with the configuration of this instance of the provider. Called once. */
    connect(configuration: Properties): Promise<Client>;
    /** By type, such as `docker:index/network:Network`. */
    resources: { [type: string]: Resource<Client> };
    /** By token, such as `command:local:run`. */
    functions: { [token: string]: ProviderFunction<Client> };
    /** Outputs that are secret when any input is secret. Other outputs are secret when the input of the same name is. */
    tainted: string[];
}

/** Runs `provider` as a plugin of the engine that started this process. */
export function runProvider<Client>(provider: Provider<Client>): Promise<void> {
    const server = new ProviderServer(provider, new EngineLog(engineAddress()));
    return serve(ResourceProviderService, server.methods(), () => server.cancel());
}

class ProviderServer<Client> {
    private client: Client | undefined;
    private readonly cancelled = new AbortController();

    constructor(
        private readonly provider: Provider<Client>,
        private readonly engine: EngineLog,
    ) {}

    /** gRPC answers the other methods as unimplemented, which the engine accepts. */
    methods(): grpc.UntypedServiceImplementation {
        return {
            checkConfig: unary((request: CheckRequest) => this.checkConfig(request)),
            configure: unary((request: ConfigureRequest) => this.configure(request)),
            invoke: unary((request: InvokeRequest) => this.flushed(this.invoke(request))),
            check: unary((request: CheckRequest) => this.check(request)),
            diff: unary((request: DiffRequest) => this.diff(request)),
            create: unary((request: CreateRequest) => this.flushed(this.create(request)), describeError),
            read: unary((request: ReadRequest) => this.flushed(this.read(request)), describeError),
            update: unary((request: UpdateRequest) => this.flushed(this.update(request)), describeError),
            delete: unary((request: DeleteRequest) => this.flushed(this.delete(request))),
            cancel: unary(async () => {
                this.cancel();
                return new Empty();
            }),
            getPluginInfo: unary(() => this.getPluginInfo()),
        };
    }

    /** Ends all waits and the running commands. */
    cancel(): void {
        this.cancelled.abort();
    }

    private async checkConfig(request: CheckRequest): Promise<CheckResponse> {
        const { properties } = decode(request.getNews());
        // The version of the SDK, not a part of the configuration
        const { version: _, ...configuration } = properties;
        const type = request.getUrn().split("::")[2] ?? "";
        return answerCheck(request, checkProperties(type, this.provider.configuration, configuration));
    }

    private async configure(request: ConfigureRequest): Promise<ConfigureResponse> {
        this.client = await this.provider.connect(decode(request.getArgs()).properties);
        const response = new ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        return response;
    }

    private async invoke(request: InvokeRequest): Promise<InvokeResponse> {
        const token = request.getTok();
        const called = find(this.provider.functions, token);
        const { properties } = decode(request.getArgs());
        const response = new InvokeResponse();
        const failures = checkProperties(token, called.fields, properties);
        response.setFailuresList(failures.map(toMessage));
        if (failures.length > 0) return response;
        response.setReturn(encode(await called.call(properties, this.context(""))));
        return response;
    }

    private async check(request: CheckRequest): Promise<CheckResponse> {
        const resource = find(this.provider.resources, request.getType());
        const { properties: news, secrets } = decode(request.getNews());
        const failures = checkProperties(request.getType(), resource.fields, news);
        if (!resource.autoName || news.name !== undefined) return answerCheck(request, failures);
        const { properties: olds } = decode(request.getOlds());
        const name = olds.name ?? autoName(request.getName(), request.getRandomseed_asU8());
        return answerCheck(request, failures, encode({ ...news, name }, secrets));
    }

    private async diff(request: DiffRequest): Promise<DiffResponse> {
        const resource = find(this.provider.resources, request.getType());
        const ignored = request.getIgnorechangesList();
        const changes = diffProperties(
            resource.fields,
            decode(request.getOlds()).properties,
            decode(request.getNews()).properties,
        ).filter((change) => !ignored.some((path) => isWithin(change.path, path)));
        return answerDiff(changes, mustDeleteFirst(resource, changes));
    }

    private async create(request: CreateRequest): Promise<CreateResponse> {
        const resource = find(this.provider.resources, request.getType());
        const { properties: inputs, secrets } = decode(request.getProperties());
        const response = new CreateResponse();
        if (request.getPreview()) {
            response.setProperties(this.mark(foreseen(inputs, resource.outputs, {}), secrets));
            return response;
        }
        const state = await this.marking(secrets, () => resource.create(inputs, this.context(request.getUrn())));
        response.setId(state.id);
        response.setProperties(this.mark(state.properties, secrets));
        return response;
    }

    private async read(request: ReadRequest): Promise<ReadResponse> {
        const resource = find(this.provider.resources, request.getType());
        const { properties, secrets } = decode(request.getProperties());
        const old = { id: request.getId(), properties };
        const context = this.context(request.getUrn());
        const state = resource.read === undefined ? old : await resource.read(old, context);
        const response = new ReadResponse();
        if (state === undefined) return response;
        response.setId(state.id);
        response.setProperties(this.mark(state.properties, secrets));
        response.setInputs(request.getInputs());
        return response;
    }

    private async update(request: UpdateRequest): Promise<UpdateResponse> {
        const resource = find(this.provider.resources, request.getType());
        const { properties: olds } = decode(request.getOlds());
        const { properties: inputs, secrets } = decode(request.getNews());
        const response = new UpdateResponse();
        if (request.getPreview()) {
            const kept = Object.fromEntries(resource.outputs.map((name) => [name, olds[name]]));
            const properties = foreseen(inputs, resource.changesOnUpdate ?? [], kept);
            response.setProperties(this.mark(properties, secrets));
            return response;
        }
        const state = { id: request.getId(), properties: olds };
        const context = this.context(request.getUrn());
        const properties = await this.marking(secrets, () => resource.update(state, inputs, context));
        response.setProperties(this.mark(properties, secrets));
        return response;
    }

    private async delete(request: DeleteRequest): Promise<Empty> {
        const resource = find(this.provider.resources, request.getType());
        const { properties } = decode(request.getProperties());
        await resource.delete({ id: request.getId(), properties }, this.context(request.getUrn()));
        return new Empty();
    }

    private async getPluginInfo(): Promise<PluginInfo> {
        const info = new PluginInfo();
        info.setVersion(this.provider.version);
        return info;
    }

    private context(urn: string): Context<Client> {
        if (this.client === undefined) throw new Error("the engine has not configured this provider");
        return {
            client: this.client,
            name: urn.split("::").at(-1) ?? "",
            progress: (message) => this.engine.info(message, urn, true),
            log: (message) => this.engine.info(message, urn, false),
            signal: this.cancelled.signal,
        };
    }

    /** Sends all messages of an operation before its response. */
    private async flushed<T>(work: Promise<T>): Promise<T> {
        try {
            return await work;
        } finally {
            await this.engine.flush();
        }
    }

    private mark(properties: Properties, secrets: ReadonlySet<string>) {
        return encode(properties, secrets.size === 0 ? secrets : new Set([...secrets, ...this.provider.tainted]));
    }

    /** Marks the secrets in the state of an unfinished resource, too. */
    private async marking<T>(secrets: ReadonlySet<string>, action: () => Promise<T>): Promise<T> {
        try {
            return await action();
        } catch (error) {
            if (!(error instanceof UnfinishedError)) throw error;
            const { id, properties } = error.state;
            throw new UnfinishedAnswer(error.message, id, this.mark(properties, secrets));
        }
    }
}

function find<T>(table: { [key: string]: T }, key: string): T {
    const found = table[key];
    if (found !== undefined) return found;
    const known = Object.keys(table).join(", ");
    throw new Error(`${key} is not supported by this build of the plugin. Supported: ${known || "none"}.`);
}

/** The properties in a preview: the inputs, the kept properties, and unknown values for the others. */
function foreseen(inputs: Properties, unknowns: string[], kept: Properties): Properties {
    const missing = unknowns.filter((name) => inputs[name] === undefined);
    return { ...kept, ...inputs, ...Object.fromEntries(missing.map((name) => [name, UNKNOWN])) };
}
