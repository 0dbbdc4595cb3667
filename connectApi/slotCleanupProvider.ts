/*
 * The functions of the dynamic provider behind the resource `SlotCleanup`. All of it is in the deletion.
 */
import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "./connectorInputs";
import { isDatabaseUrl, URL_RULE } from "./position/onDelete";
import { DatabaseLeftovers, dropFromDatabase, LeftInDatabaseError, placeOf } from "./position/replicationSlot";

interface Inputs extends DatabaseLeftovers {
    /** How long the slot may still be read, s. */
    freeSeconds: number;
}

/** Limit of a database that does not answer, s. */
const ANSWER_SECONDS = 30;

export async function check(
    _olds: unknown,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const isWrong = inputs.url !== UNKNOWN && !isDatabaseUrl(inputs.url);
    // With a property Pulumi would show its value, which holds a password
    return { inputs, failures: isWrong ? [{ property: "", reason: `url ${URL_RULE}` }] : [] };
}

export async function diff(_id: string, olds: Inputs, news: Inputs): Promise<{ changes: boolean }> {
    const keys = ["url", "slot", "publication", "freeSeconds"] as const;
    return { changes: keys.some((key) => !isDeepStrictEqual(olds[key], news[key])) };
}

export async function create(inputs: Inputs): Promise<{ id: string; outs: Inputs }> {
    return { id: `${placeOf(inputs.url)}/${inputs.slot ?? inputs.publication}`, outs: inputs };
}

export async function update(_id: string, _olds: Inputs, news: Inputs): Promise<{ outs: Inputs }> {
    return { outs: news };
}

async function remove(_id: string, { freeSeconds, ...leftovers }: Inputs): Promise<void> {
    const limits = { answerSeconds: ANSWER_SECONDS, freeSeconds };
    await dropFromDatabase(leftovers, (line) => console.log(line), limits).catch((error: unknown) => {
        if (!(error instanceof LeftInDatabaseError)) {
            throw error;
        }
        const shown = new Error(
            `${error.message} Then repeat, or take it out of the state: pulumi state delete <its URN>`,
        );
        // Pulumi prints it, and where this error was made tells nobody anything
        shown.stack = "";
        throw shown;
    });
}
export { remove as delete };
