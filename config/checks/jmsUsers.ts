import { concerns, OWN_QUEUES } from "../../components/render/artemis";
import { OPERATOR } from "../../components/render/tls";
import { type Problem, suggest } from "../problem";
import type { PlatformConfig } from "../schema";

/** Problems of the JMS broker's users and of their rules. */
export function jmsUserProblems({ jmsBroker }: Partial<PlatformConfig>): Problem[] {
    if (!jmsBroker) return [];
    const { managed, user, users } = jmsBroker;
    const names = Object.keys(users);
    if (!managed) {
        const rule = "would not be used: jmsBroker.managed is false";
        return names.map((name) => ({ path: `jmsBroker.users.${name}`, value: name, rule, remedy: "remove it" }));
    }
    const rename = (path: string, value: string, rule: string) => ({ path, value, rule, remedy: "rename it" });
    return [
        ...(/^[A-Za-z0-9][\w.-]*$/.test(user)
            ? []
            : [rename("jmsBroker.user", user, "must be of letters, digits, . _ and -")]),
        ...(user === OPERATOR ? [rename("jmsBroker.user", user, "is the name of the stack's operator")] : []),
        ...names.flatMap((name) => [
            ...(name === OPERATOR || name === user
                ? [rename(`jmsBroker.users.${name}`, name, "is the name of the operator, or that of jmsBroker.user")]
                : []),
            ...addressProblems(jmsBroker, name),
        ]),
    ];
}

function addressProblems({ users, queues, topics }: PlatformConfig["jmsBroker"], user: string): Problem[] {
    const known = [...queues, ...topics, ...OWN_QUEUES];
    return [...users[user]!.allow.entries()]
        .filter(([, rule]) => !known.some((name) => concerns(rule, name)))
        .map(([index, { address }]) => ({
            path: `jmsBroker.users.${user}.allow.${index}.address`,
            value: address,
            rule: "is neither in jmsBroker.queues nor in jmsBroker.topics",
            remedy: suggest(address, known),
        }));
}
