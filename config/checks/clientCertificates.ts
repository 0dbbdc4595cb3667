import { MEMBER_ROLES, OPERATOR } from "../../components/render/tls";
import type { Problem } from "../problem";
import type { PlatformConfig } from "../schema";

const ROLES: readonly string[] = [...MEMBER_ROLES, OPERATOR];

/** Problems of the certificates for clients of the user. */
export function clientCertificateProblems({ security, tls }: Partial<PlatformConfig>): Problem[] {
    return Object.keys(security?.clients ?? {}).flatMap((name): Problem[] => {
        const base = { path: `security.clients.${name}`, value: name };
        if (ROLES.includes(name)) {
            return [
                { ...base, rule: "is the name in the certificates of the stack's own members", remedy: "rename it" },
            ];
        }
        if (tls !== "off") return [];
        const rule = "would have no certificate: security.tls is off";
        return [{ ...base, rule, remedy: "set security.tls, or remove the client" }];
    });
}
