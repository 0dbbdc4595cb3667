import { X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as authority from "../../../../components/certificates/authorityProvider";
import * as certificate from "../../../../components/certificates/certificateProvider";
import { isKeyOf, makeAuthority } from "../../../../components/certificates/x509";
import { UNKNOWN } from "../../../../packages/connector/src/inputs/unknown";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-01-01T00:00:00Z");

beforeEach(() => void vi.useFakeTimers({ now: START, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Time since the start, in days. */
function goTo(days: number): void {
    vi.setSystemTime(START + days * DAY_MS);
}

const first = makeAuthority("first", 3650, START);
const second = makeAuthority("second", 3650, START);

const inputs = (change: Partial<certificate.CertificateInputs> = {}): certificate.CertificateInputs => ({
    commonName: "kafka",
    addresses: ["kafka-0", "127.0.0.1"],
    days: 90,
    authorityCert: first.cert,
    authorityKey: first.key,
    ca: first.cert,
    ...change,
});

describe("a certificate", () => {
    it("has no key of an authority in its outputs, and says when it ends", async () => {
        const { outs } = await certificate.create(inputs());
        expect(outs).not.toHaveProperty("authorityKey");
        expect(JSON.stringify(outs)).not.toContain(JSON.stringify(first.key).slice(1, -1));
        expect(outs.notAfter).toBe("2026-04-01T00:00:00.000Z");
    });

    it("is unchanged until a third of its life remains, and then gets a new one in place", async () => {
        const { outs } = await certificate.create(inputs());
        goTo(59);
        expect(await certificate.diff("id", outs, inputs())).toEqual({ changes: false });
        goTo(60);
        expect(await certificate.diff("id", outs, inputs())).toEqual({ changes: true });
        const renewed = await certificate.update("id", outs, inputs());
        expect(renewed.outs.notAfter).toBe("2026-05-31T00:00:00.000Z");
        expect(renewed.outs.key).not.toBe(outs.key);
        expect(isKeyOf(renewed.outs.cert, renewed.outs.key)).toBe(true);
        expect(await certificate.diff("id", renewed.outs, inputs())).toEqual({ changes: false });
    });

    it.each([
        ["common name", { commonName: "connect" }],
        ["addresses", { addresses: ["kafka-0"] }],
        ["days", { days: 91 }],
        ["authority", { authorityCert: second.cert, authorityKey: second.key }],
    ])("is made anew with other %s", async (_what, change) => {
        const { outs } = await certificate.create(inputs());
        expect(await certificate.diff("id", outs, inputs(change))).toEqual({ changes: true });
        const { outs: changed } = await certificate.update("id", outs, inputs(change));
        expect(changed.cert).not.toBe(outs.cert);
        expect(await certificate.diff("id", changed, inputs(change))).toEqual({ changes: false });
    });

    it("stays, with its key, when other authorities are trusted: only the store is new", async () => {
        const { outs } = await certificate.create(inputs());
        const news = inputs({ ca: first.cert + second.cert });
        expect(await certificate.diff("id", outs, news)).toEqual({ changes: true });
        const { outs: changed } = await certificate.update("id", outs, news);
        expect(changed).toMatchObject({ cert: outs.cert, key: outs.key, ca: news.ca });
        expect(changed.store.length).toBeGreaterThan(outs.store.length);
    });

    it("shows a change while the authority is not known", async () => {
        const { outs } = await certificate.create(inputs());
        const news = inputs({ authorityCert: UNKNOWN, authorityKey: UNKNOWN, ca: UNKNOWN });
        expect(await certificate.diff("id", outs, news)).toEqual({ changes: true });
    });

    it("is not renewed when the authority allows none that ends later", async () => {
        const short = makeAuthority("short", 90, START);
        const news = inputs({ authorityCert: short.cert, authorityKey: short.key });
        const { outs } = await certificate.create(news);
        goTo(89);
        expect(await certificate.diff("id", outs, news)).toEqual({ changes: false });
    });

    it("is refused by an authority that has ended", async () => {
        goTo(3651);
        await expect(certificate.create(inputs())).rejects.toThrow(
            "the authority that signs ended on 2035-12-30T00:00:00.000Z; put another one first in security.authorities",
        );
    });

    it("verifies on both sides at each of the three steps to another authority", async () => {
        const both = first.cert + second.cert;
        const steps = [
            inputs(),
            inputs({ ca: both }),
            inputs({ authorityCert: second.cert, authorityKey: second.key, ca: second.cert + first.cert }),
            inputs({ authorityCert: second.cert, authorityKey: second.key, ca: second.cert }),
        ];
        const states = [(await certificate.create(steps[0]!)).outs];
        for (const step of steps.slice(1)) states.push((await certificate.update("id", states.at(-1)!, step)).outs);
        const trusts = (ca: string, cert: string) =>
            ca
                .split(/(?<=-----END CERTIFICATE-----\n)/)
                .some((one) => new X509Certificate(cert).verify(new X509Certificate(one).publicKey));
        // During a roll each member is in the state before or in the one after it
        for (const [index, after] of states.slice(1).entries()) {
            const before = states[index]!;
            expect([trusts(before.ca, after.cert), trusts(after.ca, before.cert)]).toEqual([true, true]);
        }
        expect(trusts(states[0]!.ca, states[3]!.cert)).toBe(false);
    });
});

describe("an authority", () => {
    const own = (given: { cert: string; key: string }): authority.AuthorityInputs => ({
        commonName: "mine",
        given,
        path: "security.authorities.0",
    });
    const made: authority.AuthorityInputs = { commonName: "connect-cdc test stack", path: "security.authorities.0" };

    it("is made once, for ten years, and never changes", async () => {
        const { outs } = await authority.create(made);
        const { subject, ca, validTo } = new X509Certificate(outs.cert);
        expect([subject, ca, new Date(validTo).getUTCFullYear()]).toEqual(["CN=connect-cdc test stack", true, 2035]);
        expect(isKeyOf(outs.cert, outs.key)).toBe(true);
        expect(await authority.diff("id", outs, { ...made, commonName: "other" })).toEqual({ changes: false });
    });

    it("may be the user's, and changes with it", async () => {
        expect(await authority.check({}, own(first))).toMatchObject({ failures: [] });
        const { outs } = await authority.create(own(first));
        expect(outs).toMatchObject(first);
        expect(await authority.diff("id", outs, own(first))).toEqual({ changes: false });
        expect(await authority.diff("id", outs, own(second))).toEqual({ changes: true });
        expect((await authority.update("id", outs, own(second))).outs).toMatchObject(second);
        expect(await authority.diff("id", outs, made)).toEqual({ changes: true });
    });

    it.each([
        ["another key", second.key],
        ["a text that is no key", "hunter2"],
    ])("of the user with %s fails by the path of its config, without the key", async (_what, key) => {
        const { failures } = await authority.check({}, own({ cert: first.cert, key }));
        expect(failures.map(({ reason }) => reason)).toEqual([
            expect.stringMatching(/^security\.authorities\.0\.key: is not the private key, in PEM, of the certificate/),
        ]);
        expect(failures[0]!.property).toBe("");
        expect(JSON.stringify(failures)).not.toContain(key.slice(30, 60) || key);
    });
});
