/*
 * The functions of the dynamic provider of the resource `SlotCleanup`. Only the deletion has an effect.
 */
import { isDeepStrictEqual } from "node:util";
import { DATABASE_URL_RULE, isDatabaseUrl } from "./inputs/checkOnDelete";
import { UNKNOWN } from "./inputs/unknown";
import { DatabaseLeftovers, dropFromDatabase, LeftInDatabaseError, placeOf } from "./postgres/replicationSlot";

/** Empty: nothing is dropped. */
type Inputs = Partial<Cleanup>;

interface Cleanup extends DatabaseLeftovers {
    /** How long the deletion waits for the end of the slot's reader, s. */
    freeSeconds: number;
}

/** Limit of a database that does not answer, s. */
const ANSWER_SECONDS = 30;
const NAMES = ["slot", "publication"] as const;

/** The resources of the running program: see `declaredConnectors.ts`. */
const declared: Inputs[] = [];

export async function check(
    _olds: unknown,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const isInvalid = inputs.url !== undefined && inputs.url !== UNKNOWN && !isDatabaseUrl(inputs.url);
    if (!isInvalid) {
        declared.push(inputs);
    }
    // With a property Pulumi would show its value, which contains a password
    return { inputs, failures: isInvalid ? [{ property: "", reason: `url must be ${DATABASE_URL_RULE}` }] : [] };
}

/** A changed slot or publication is a replacement: the old one is dropped after the source has left it. */
export async function diff(_id: string, olds: Inputs, news: Inputs): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = ["url", "ca", "freeSeconds", ...NAMES] as const;
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

async function remove(_id: string, { url, ca, freeSeconds, ...names }: Inputs): Promise<void> {
    if (url === undefined || freeSeconds === undefined) {
        return;
    }
    const report = (line: string) => console.log(line);
    const [slot, publication] = NAMES.map((kind) => {
        const name = names[kind];
        if (!name || !declared.some((other) => other[kind] === name && placeOf(other.url!) === placeOf(url))) {
            return name;
        }
        report(`${kind} "${name}" is not dropped: a source of this program uses it`);
        return undefined;
    });
    if (!slot && !publication) {
        return;
    }
    const limits = { answerSeconds: ANSWER_SECONDS, freeSeconds };
    await dropFromDatabase({ url, ca, slot, publication }, report, limits).catch((error: unknown) => {
        if (!(error instanceof LeftInDatabaseError)) {
            throw error;
        }
        const shown = new Error(
            `${error.message} Then repeat, or remove the resource from the state: pulumi state delete <its URN>`,
        );
        // Pulumi would print it
        shown.stack = "";
        throw shown;
    });
}
export { remove as delete };
