/**
 * The dynamic resource Authority: an authority that the stack makes once and keeps, or one that the user gives. The key of a given
 * one is checked before anything changes.
 */
import { randomBytes } from "node:crypto";
import { isKeyOf, makeAuthority, type Signer } from "./x509";

/** Life of an authority that the stack makes, days. */
const AUTHORITY_DAYS = 3650;

export interface AuthorityInputs {
    /** Common name of an authority that the stack makes. */
    commonName: string;
    /** Authority of the user. Default: the stack makes one. */
    given?: Signer;
    /** Where the user gave it: a path of the config. */
    path: string;
}

export type AuthorityOutputs = Signer & Pick<AuthorityInputs, "given">;

export async function check(_olds: object, news: AuthorityInputs) {
    const { given, path } = news;
    const isWrong = given !== undefined && !isKeyOf(given.cert, given.key);
    const reason = `${path}.key: is not the private key, in PEM, of the certificate in ${path}.cert; set the secret to the key of the first certificate there`;
    // The engine prints the value of a property that a failure names, also of a secret one
    return { inputs: news, failures: isWrong ? [{ property: "", reason }] : [] };
}

/** An authority that the stack made never changes. */
export async function diff(_id: string, olds: AuthorityOutputs, news: AuthorityInputs) {
    return { changes: olds.given?.cert !== news.given?.cert || olds.given?.key !== news.given?.key };
}

export async function create(inputs: AuthorityInputs): Promise<{ id: string; outs: AuthorityOutputs }> {
    return { id: randomBytes(8).toString("hex"), ...(await update("", inputs, inputs)) };
}

export async function update(
    _id: string,
    _olds: object,
    { commonName, given }: AuthorityInputs,
): Promise<{ outs: AuthorityOutputs }> {
    return { outs: given ? { ...given, given } : makeAuthority(commonName, AUTHORITY_DAYS) };
}
