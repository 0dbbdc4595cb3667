import { randomBytes } from "node:crypto";
import { Context, ProviderFunction, Resource } from "../protocol/resource";
import { any, Fields, flag, listOf, map, text } from "../protocol/schema";
import { Properties } from "../protocol/values";
import { CommandResult, runShell, ShellOptions } from "./shell";

const ID_BYTES = 4;

const shellFields: Fields = {
    dir: text(),
    environment: map(),
    interpreter: listOf(text()),
    stdin: text(),
    logging: text({ pattern: /^(none|stdout|stderr|stdoutAndStderr)$/ }),
    addPreviousOutputInEnv: flag({ default: true }),
};

/** A resource whose commands run when it is created, updated and deleted. */
export const localCommand: Resource<unknown> = {
    fields: {
        ...shellFields,
        create: text(),
        update: text(),
        delete: text(),
        triggers: listOf(any(), { replace: true }),
    },
    deleteBeforeReplace: "never",
    outputs: ["stdout", "stderr"],
    changesOnUpdate: ["stdout", "stderr"],

    async create(inputs, context) {
        const result = await run(inputs.create, inputs, {}, context);
        return { id: context.name + randomBytes(ID_BYTES).toString("hex"), properties: { ...inputs, ...result } };
    },

    async update(state, inputs, context) {
        const result = await run(inputs.update ?? inputs.create, inputs, state.properties, context);
        return { ...inputs, ...result };
    },

    async delete({ properties }, context) {
        await run(properties.delete, properties, properties, context);
    },
};

/** A command that runs at each call of the function, also in previews. */
export const localRun: ProviderFunction<unknown> = {
    fields: { ...shellFields, command: text({ required: true }) },

    async call(inputs, context) {
        return { ...inputs, ...(await run(inputs.command, inputs, {}, context)) };
    },
};

async function run(
    command: Properties[string],
    options: Properties,
    previous: Properties,
    context: Context<unknown>,
): Promise<CommandResult> {
    const known = { stdout: String(previous.stdout ?? ""), stderr: String(previous.stderr ?? "") };
    if (typeof command !== "string" || command === "") return known;
    const environment = { ...previousOutput(options, previous), ...(options.environment as Record<string, string>) };
    return runShell(command, { ...(options as ShellOptions), environment }, context);
}

function previousOutput(
    { addPreviousOutputInEnv }: Properties,
    { stdout, stderr }: Properties,
): Record<string, string> {
    if (addPreviousOutputInEnv === false || stdout === undefined) return {};
    return { PULUMI_COMMAND_STDOUT: String(stdout), PULUMI_COMMAND_STDERR: String(stderr) };
}
