import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { makeAuthority, makeCertificate } from "../../../components/certificates/x509";
import { eventsOf } from "../../../status/events";
import { findingsOf, statusOf } from "../../../status/findings/findings";
import { prometheusText } from "../../../status/prometheus";
import { screen } from "../../../status/screen";
import type { Answer, CertificateFacts, PlatformSnapshot } from "../../../status/snapshot";
import { snapshotJson } from "../../../status/snapshotJson";
import { takeSnapshot } from "../../../status/takeSnapshot";
import { snapshotAt, start } from "./smallSnapshots";

const DAY_MS = 86_400_000;

/** A certificate for `days` that ends `left` days after the snapshot. */
const ending = (left: number, days = 90, member = "kafka-0"): CertificateFacts => ({
    member,
    answer: { ok: true, value: { validFrom: start + (left - days) * DAY_MS, validTo: start + left * DAY_MS } },
});
const silent: CertificateFacts = { member: "kafka-0", answer: { ok: false, error: "silent" } };
const withCertificates = (certificates: CertificateFacts[], seconds = 0): PlatformSnapshot =>
    snapshotAt(seconds, { certificates });
const found = (certificates: CertificateFacts[]) =>
    findingsOf(withCertificates(certificates)).map(({ key, level, subject, text }) => [
        key,
        level,
        `${subject} ${text}`,
    ]);

describe("findings about certificates", () => {
    it.each([
        { left: 31, days: 90, expected: undefined },
        { left: 29.5, days: 90, expected: ["warning", "ends in 29 days, on 2026-01-30"] },
        { left: 7.5, days: 90, expected: ["warning", "ends in 7 days, on 2026-01-08"] },
        { left: 6.5, days: 90, expected: ["wrong", "ends in 6 days, on 2026-01-07"] },
        { left: 0.5, days: 90, expected: ["wrong", "ends in 12 h 0 min, on 2026-01-01"] },
        { left: -2, days: 90, expected: ["wrong", "ended on 2025-12-30: others refuse it"] },
        // An up does not renew it yet
        { left: 5, days: 10, expected: undefined },
        { left: 3, days: 10, expected: ["wrong", "ends in 3 days, on 2026-01-04"] },
    ])("with $left of $days days left", ({ left, days, expected }) => {
        const [level, text] = expected ?? [];
        expect(found([ending(left, days)])).toEqual(
            level === undefined ? [] : [["certificate:kafka-0", level, `certificate of kafka-0 ${text}`]],
        );
    });

    it("tell how to renew them, and come in a stack with TLS only", () => {
        const [finding] = findingsOf(withCertificates([ending(1), silent]));
        expect(finding!.remedy).toMatch(
            /^renew it: npm start -- --stack test; if it stays the same, its authority ends/,
        );
        expect(findingsOf(snapshotAt(0))).toEqual([]);
    });

    it("last in a watch while their member does not answer", () => {
        const first = eventsOf(undefined, statusOf(withCertificates([ending(1)])), 1);
        const second = eventsOf(first.memory, statusOf(withCertificates([silent], 1)), 1);
        expect(second.events).toEqual([]);
        const third = eventsOf(second.memory, statusOf(withCertificates([ending(90)], 2)), 1);
        expect(third.events).toMatchObject([{ level: "ok", subject: "certificate of kafka-0" }]);
    });
});

describe("certificates in a status", () => {
    const snapshot = withCertificates([ending(80), ending(60, 90, "artemis"), { ...silent, member: "connect-0" }]);

    it("are a line of the screen", () => {
        const text = screen(statusOf(snapshot), { colour: false });
        expect(text).toContain("\nCertificates  2 of 3 known  the first to end is that of artemis, on 2026-03-02\n");
        expect(screen(statusOf(snapshotAt(0)), { colour: false })).not.toContain("Certificates");
        expect(screen(statusOf(withCertificates([silent])), { colour: false })).toContain(
            "\nCertificates  0 of 1 known\n",
        );
    });

    it("are a metric", () => {
        expect(prometheusText(snapshot)).toContain(
            `connect_cdc_certificate_expires_timestamp_seconds{member="artemis"} ${start / 1000 + 60 * 86_400}\n`,
        );
        expect(prometheusText(snapshot)).not.toContain('expires_timestamp_seconds{member="connect-0"}');
        expect(prometheusText(snapshotAt(0))).not.toContain("certificate");
    });

    it("are in the JSON", () => {
        const { report } = JSON.parse(snapshotJson(statusOf(snapshot))) as { report: PlatformSnapshot };
        expect(report.certificates).toEqual(snapshot.certificates);
    });
});

describe("a snapshot", () => {
    const authority = makeAuthority("test", 100);
    const certificate = (days: number) =>
        makeCertificate({ commonName: "x", addresses: ["127.0.0.1"], days }, authority);
    const credentials = { ca: authority.cert, ...certificate(20) };

    it("has the certificates of all members and of the operator where the stack has credentials", async () => {
        const tls = createTlsServer(certificate(50), (socket) => socket.on("error", () => undefined).destroy());
        tls.on("tlsClientError", () => undefined);
        const plain = createServer((socket) => socket.on("error", () => undefined).destroy());
        const [port, plainPort] = await Promise.all(
            [tls, plain].map(async (server) => {
                await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
                return (server.address() as { port: number }).port;
            }),
        );
        const address = `127.0.0.1:${port}`;
        const target = {
            ...{ stack: "test", project: "p", engines: {}, connectors: {} },
            zookeeper: [address],
            kafka: [address, `127.0.0.1:${plainPort}`],
            connect: [`https://${address}`],
            registry: [address],
            database: { host: "127.0.0.1", port: plainPort!, database: "d", user: "u", password: "pw" },
            jmsBroker: { address, consoleUrl: `http://127.0.0.1:${plainPort}`, user: "u", password: "pw", queues: [] },
        };
        const { certificates } = await takeSnapshot({ ...target, credentials });
        const daysLeft = (answer: Answer<{ validTo: number }>) =>
            answer.ok ? Math.round((answer.value.validTo - Date.now()) / DAY_MS) : "not known";
        expect(Object.fromEntries(certificates!.map(({ member, answer }) => [member, daysLeft(answer)]))).toEqual({
            "zookeeper-0": 50,
            "kafka-0": 50,
            "kafka-1": "not known",
            "connect-0": 50,
            "registry-0": 50,
            artemis: 50,
            postgres: "not known",
            operator: 20,
        });
        expect(JSON.stringify(certificates)).not.toContain("BEGIN");
        expect((await takeSnapshot(target)).certificates).toBeUndefined();
        tls.close();
        plain.close();
    });
});
