import { OPERATOR, usesTls } from "../../components/render/tls";
import type { Problem } from "../problem";
import type { PlatformConfig } from "../schema";

/** Problems of the users of the workers' REST API. */
export function connectUserProblems({ connect, tls }: Partial<PlatformConfig>): Problem[] {
    return Object.keys(connect?.users ?? {}).flatMap((name): Problem[] => {
        const base = { path: `connect.users.${name}`, value: name };
        if (name === OPERATOR) {
            return [
                { ...base, rule: "is the name of the stack's operator, who is a user already", remedy: "rename it" },
            ];
        }
        if (tls === undefined || usesTls(tls)) return [];
        const rule = `is a user whose password would be sent in plain text: security.tls is ${tls}`;
        return [{ ...base, rule, remedy: "set security.tls: prefer or require, or remove the user" }];
    });
}
