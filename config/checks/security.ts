import { X509Certificate } from "node:crypto";
import { HIDDEN, Problem, repeated } from "../problem";
import type { PlatformConfig } from "../schema";

type Authority = PlatformConfig["security"]["authorities"][number];

/** Problems of the authorities, and of a word that the mode of TLS makes void. */
export function securityProblems({ security, tls }: Partial<PlatformConfig>): Problem[] {
    if (!security) return [];
    const { authorities, trustedNetwork } = security;
    const problems: Problem[] = [
        ...repeated(authorities.map(({ name }) => name)).map(([index, name]) => ({
            path: `security.authorities.${index}.name`,
            value: name,
            rule: "is the name of another authority, too",
            remedy: "give it another name",
        })),
        ...authorities.flatMap((authority, index) => authorityProblems(authority, `security.authorities.${index}`)),
        ...sameSubjectProblems(authorities),
    ];
    if (trustedNetwork && tls === "require") {
        problems.push({
            path: "security.trustedNetwork",
            value: true,
            rule: "permits ports without TLS, of which there are none: security.tls is require",
            remedy: "remove it",
            warning: true,
        });
    }
    return problems;
}

function authorityProblems({ cert, key }: Authority, path: string): Problem[] {
    if (cert === undefined && key === undefined) return [];
    if (cert === undefined) {
        const remedy = "add its certificate, PEM, as cert, or remove key: the stack then makes the authority";
        return [{ path: `${path}.cert`, value: cert, rule: "is missing: the authority has a key", remedy }];
    }
    if (key === undefined) {
        const remedy = "write key: {secret: <name>}, or remove cert: the stack then makes the authority";
        return [{ path: `${path}.key`, value: key, rule: "is missing: the authority has a certificate", remedy }];
    }
    const chain = chainOf(cert);
    const problem = (rule: string, remedy: string) => [{ path: `${path}.cert`, value: shown(cert), rule, remedy }];
    if (chain === undefined) {
        return problem("is not a certificate in PEM", "paste the file with its BEGIN and END lines");
    }
    const notAuthority = chain.find(({ ca }) => !ca);
    if (notAuthority) {
        const rule = `is not of an authority: ${subjectOf(notAuthority)} may not sign certificates (basicConstraints)`;
        return problem(rule, "give the certificate of an authority");
    }
    const ended = chain.find(({ validTo }) => Date.parse(validTo) <= Date.now());
    if (ended) {
        const rule = `ended on ${new Date(ended.validTo).toISOString()} (${subjectOf(ended)})`;
        return problem(rule, "give one that is valid");
    }
    const gap = chain.findIndex((one, index) => !one.checkIssued(chain[index + 1] ?? one));
    if (gap >= 0) {
        const rule = `does not lead to a root: ${subjectOf(chain[gap]!)} is not signed by the certificate after it`;
        return problem(
            rule,
            "put the certificates of all authorities above after it, in order, the self-signed one last",
        );
    }
    return [];
}

/** Java finds the authority of a certificate by its subject alone. */
function sameSubjectProblems(authorities: Authority[]): Problem[] {
    const subjects = authorities.map(({ cert }) => (cert === undefined ? undefined : chainOf(cert)?.[0]?.subject));
    return [...subjects.entries()]
        .filter(([index, subject]) => subject !== undefined && subjects.indexOf(subject) < index)
        .map(([index]) => ({
            path: `security.authorities.${index}.cert`,
            value: shown(authorities[index]!.cert!),
            rule: `has the subject of security.authorities.${subjects.indexOf(subjects[index])}`,
            remedy: "give each authority a subject of its own",
        }));
}

/** The certificates of a PEM text, in order; undefined if it is none. */
function chainOf(cert: string): X509Certificate[] | undefined {
    const blocks = cert.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    try {
        return blocks.length > 0 ? blocks.map((block) => new X509Certificate(block)) : undefined;
    } catch {
        return undefined;
    }
}

function subjectOf({ subject }: X509Certificate): string {
    return subject.replaceAll("\n", ", ");
}

/** Its subject; a text that is no certificate may be the key. */
function shown(cert: string): string {
    const [first] = chainOf(cert) ?? [];
    return first ? subjectOf(first) : HIDDEN;
}
