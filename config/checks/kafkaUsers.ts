import { acceptsTls, MEMBER_ROLES } from "../../components/render/tls";
import { KAFKA_OPERATIONS, resourceOf, sourcesWithoutRules } from "../../connectors/accessRules";
import { type Problem, suggest } from "../problem";
import type { AccessRule, PlatformConfig } from "../schema";

/** Principals of the stack's own members and of its operator, and that of clients without authentication. */
const OWN_PRINCIPALS = [...MEMBER_ROLES, "operator", "ANONYMOUS"] as const;

/** Problems of Kafka's users, and of the rules of users and workers. */
export function kafkaUserProblems(c: Partial<PlatformConfig>): Problem[] {
    const { kafka, connect, tls } = c;
    const users = Object.entries(kafka?.users ?? {});
    return [
        ...(tls !== undefined && !acceptsTls(tls) ? users.map(([name]) => withoutListener(name)) : []),
        ...users.flatMap(([name, { allow }]) => [
            ...nameProblems(name),
            ...ruleProblems(`kafka.users.${name}.allow`, allow),
        ]),
        ...ruleProblems("connect.allow", connect?.allow ?? []),
        ...sourceProblems(c),
    ];
}

function withoutListener(name: string): Problem {
    return {
        path: `kafka.users.${name}`,
        value: name,
        rule: "is a user whom no port of the brokers accepts, because security.tls is off",
        remedy: "set security.tls: offer, prefer or require, or remove the user",
    };
}

function nameProblems(name: string): Problem[] {
    if (!OWN_PRINCIPALS.some((own) => own === name)) return [];
    const rule = "has the name of one of the stack's own principals, and would have its rights";
    return [{ path: `kafka.users.${name}`, value: name, rule, remedy: "rename it" }];
}

function ruleProblems(path: string, rules: AccessRule[]): Problem[] {
    return rules.flatMap((rule, i) => {
        const known = KAFKA_OPERATIONS[resourceOf(rule).type];
        return [...rule.operations.entries()]
            .filter(([, operation]) => !known.includes(operation))
            .map(([j, operation]) => ({
                path: `${path}.${i}.operations.${j}`,
                value: operation,
                rule: `is not an operation on a ${resourceOf(rule).type}; there are: ${known.join(", ")}`,
                remedy: suggest(operation, known),
            }));
    });
}

/** Sources that the brokers will refuse to write their topics. */
function sourceProblems({ connect, completedConnectors, tls }: Partial<PlatformConfig>): Problem[] {
    if (!connect || !completedConnectors || tls === undefined || !acceptsTls(tls)) return [];
    return sourcesWithoutRules({ connect, completedConnectors }).map((name) => ({
        path: `connectors.${name}.class`,
        value: completedConnectors.find((one) => one.name === name)!.entry.class,
        rule: "is a source whose topics are not known here, and connect.allow has no rule to write a topic",
        remedy: "add one to connect.allow: {topic: <name, or prefix with *>, operations: [Create, Write]}",
        warning: true,
    }));
}
