/*
 * The functions of the dynamic provider behind the resource `SlotCleanup`. All of it is in the deletion.
 */
import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "./inputs/connectorInputs";
import { isDatabaseUrl, URL_RULE } from "./inputs/checkOnDelete";
import { DatabaseLeftovers, dropFromDatabase, LeftInDatabaseError, placeOf } from "./postgres/replicationSlot";

/** Empty: nothing is dropped. */
type Inputs = Partial<Cleanup>;

interface Cleanup extends DatabaseLeftovers {
    /** How long the slot may still be read, s. */
    freeSeconds: number;
}

/** Limit of a database that does not answer, s. */
const ANSWER_SECONDS = 30;
const NAMES = ["slot", "publication"] as const;

/** What the running program declares: see `declared.ts`. */
const declared: Inputs[] = [];

export async function check(
    _olds: unknown,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const isWrong = inputs.url !== undefined && inputs.url !== UNKNOWN && !isDatabaseUrl(inputs.url);
    if (!isWrong) declared.push(inputs);

    // With a property Pulumi would show its value, which holds a password
    return { inputs, failures: isWrong ? [{ property: "", reason: `url ${URL_RULE}` }] : [] };
}

/** Another slot or publication is a replacement: the old one is dropped when the source has left it. */
export async function diff(_id: string, olds: Inputs, news: Inputs): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = ["url", "freeSeconds", ...NAMES] as const;
    const replaces = NAMES.filter((key) => olds[key] && news[key] && olds[key] !== news[key]);
    return { changes: keys.some((key) => !isDeepStrictEqual(olds[key], news[key])), replaces };
}

export async function create(inputs: Inputs): Promise<{ id: string; outs: Inputs }> {
    const { url, slot, publication } = inputs;
    return { id: url ? `${placeOf(url)}/${slot ?? publication}` : "nothing", outs: inputs };
}

export async function update(_id: string, _olds: Inputs, news: Inputs): Promise<{ outs: Inputs }> {
    return { outs: news };
}

async function remove(_id: string, { url, freeSeconds, ...names }: Inputs): Promise<void> {
    if (url === undefined || freeSeconds === undefined) return;

    const say = (line: string) => console.log(line);
    const [slot, publication] = NAMES.map((kind) => {
        const name = names[kind];
        if (!name || !declared.some((other) => other[kind] === name && placeOf(other.url!) === placeOf(url))) {
            return name;
        }

        say(`${kind} "${name}" stays: a source of this program has it`);
        return undefined;
    });
    if (!slot && !publication) return;

    const limits = { answerSeconds: ANSWER_SECONDS, freeSeconds };
    await dropFromDatabase({ url, slot, publication }, say, limits).catch((error: unknown) => {
        if (!(error instanceof LeftInDatabaseError)) throw error;

        const shown = new Error(
            `${error.message} Then repeat, or take it out of the state: pulumi state delete <its URN>`,
        );
        // Pulumi prints it, and where this error was made tells nobody anything
        shown.stack = "";
        throw shown;
    });
}
export { remove as delete };
