import {
    type AccessChanges,
    type Acl,
    aclsOf,
    aclText,
    type AllowedOperations,
    type KafkaAccess,
    principalOf,
    type Quotas,
} from "../servers/kafkaAccess";

/** What is declared, or was made before. */
export interface DeclaredAccess {
    /** Passwords by user. */
    passwords: Record<string, string>;
    /** Quotas by user. */
    quotas: Record<string, Quotas>;
    /** Rules by principal, without `User:`. */
    rules: Record<string, AllowedOperations[]>;
}

/** How to get from the present state of a cluster to the declared one. */
export interface AccessPlan {
    changes: AccessChanges;
    /** The changes, one line each: `+`, `-` or `~`. */
    lines: string[];
    /** What others made, and what stays. */
    notes: string[];
}

/**
 * Plans the changes of users, rules and quotas. All rules of principals that are declared now, or were before, are this
 * declaration's; all other ones are of others, and stay.
 *
 * @param made what was declared before, with the passwords that were set.
 */
export function planAccess(live: KafkaAccess, declared: DeclaredAccess, made: DeclaredAccess): AccessPlan {
    const users = Object.keys(declared.passwords);
    const newUsers = users.filter((user) => !live.users.includes(user));
    const changedUsers = users.filter(
        (user) => live.users.includes(user) && made.passwords[user] !== declared.passwords[user],
    );
    // Also a user with the name of a member, who would have its rights
    const oldUsers = live.users.filter((user) => isOwn(user, declared, made) && !users.includes(user));
    const rules = rulesChange(live.acls, declared, made);
    const quotas = quotaChanges(live, declared, made);
    return {
        changes: {
            passwords: pick(declared.passwords, [...newUsers, ...changedUsers]),
            quotas,
            newAcls: rules.coming,
            oldAcls: rules.going,
            oldUsers,
        },
        lines: [
            ...newUsers.map((user) => `+ user ${user}`),
            ...changedUsers.map((user) => `~ user ${user}: another password`),
            ...rules.coming.map((acl) => `+ ${lineOf(acl)}`),
            ...Object.entries(quotas).map(([user, limits]) => `~ quotas of user ${user}: ${quotasText(limits)}`),
            ...rules.going.map((acl) => `- ${lineOf(acl)}`),
            ...oldUsers.map((user) => `- user ${user}`),
        ],
        notes: notesOn(live, declared, made),
    };
}

/**
 * The rules that a cluster has of the declared principals, in the form of a declaration: declared rules with the operations that
 * are there, and rules that others added.
 */
export function liveRules(acls: Acl[], declared: DeclaredAccess["rules"]): DeclaredAccess["rules"] {
    return Object.fromEntries(
        Object.entries(declared).map(([name, rules]) => {
            const own = new Map(
                acls.filter(({ principal }) => principal === principalOf(name)).map((acl) => [aclText(acl), acl]),
            );
            const kept = rules.flatMap((rule) => {
                const texts = aclsOf(name, rule).map(aclText);
                const operations = rule.operations.filter((_, i) => own.has(texts[i]!));
                return operations.length > 0 ? [{ ...rule, operations }] : [];
            });
            const known = new Set(kept.flatMap((rule) => aclsOf(name, rule).map(aclText)));
            const others = [...own].filter(([text]) => !known.has(text)).flatMap(([, acl]) => ruleOf(acl));
            return [name, [...kept, ...others]];
        }),
    );
}

/** An entry as a rule. A declaration has no words for clients' addresses and for what is denied. */
function ruleOf({ resource, name, isPrefix, host, operation, permission }: Acl): AllowedOperations[] {
    if (permission !== "Allow" || host !== "*") return [];
    return [{ [resource]: isPrefix ? `${name}*` : name, operations: [operation] }];
}

function rulesChange(acls: Acl[], declared: DeclaredAccess, made: DeclaredAccess): { coming: Acl[]; going: Acl[] } {
    const wanted = new Map(
        Object.entries(declared.rules)
            .flatMap(([name, rules]) => rules.flatMap((rule) => aclsOf(name, rule)))
            .map((acl) => [lineOf(acl), acl]),
    );
    const owned = acls.filter(({ principal }) => isOwn(principal.replace(/^User:/, ""), declared, made));
    const present = new Map(owned.map((acl) => [lineOf(acl), acl]));
    return {
        coming: [...wanted].filter(([key]) => !present.has(key)).map(([, acl]) => acl),
        going: [...present].filter(([key]) => !wanted.has(key)).map(([, acl]) => acl),
    };
}

function quotaChanges({ quotas: live }: KafkaAccess, declared: DeclaredAccess, made: DeclaredAccess) {
    const { quotas } = declared;
    const users = [...new Set([...Object.keys(quotas), ...Object.keys(live)])].filter((user) =>
        isOwn(user, declared, made),
    );
    const changed = users.filter((user) => quotasText(quotas[user]) !== quotasText(live[user]));
    return Object.fromEntries(changed.map((user) => [user, quotas[user] ?? {}]));
}

/** Users and principals that are not declared. */
function notesOn(live: KafkaAccess, declared: DeclaredAccess, made: DeclaredAccess): string[] {
    const users = live.users.filter((user) => !isOwn(user, declared, made));
    const principals = [...new Set(live.acls.map(({ principal }) => principal.replace(/^User:/, "")))]
        .filter((principal) => !isOwn(principal, declared, made))
        .sort();
    const others = { users, "rules of principals": principals };
    return Object.entries(others)
        .filter(([, names]) => names.length > 0)
        .map(([what, names]) => `Kafka has ${what} that are not declared, and stay: ${names.join(", ")}`);
}

/** True for a principal that is declared, or was before. */
function isOwn(name: string, ...declarations: DeclaredAccess[]): boolean {
    return declarations.some(({ passwords, rules }) => Object.hasOwn(passwords, name) || Object.hasOwn(rules, name));
}

function lineOf(acl: Acl): string {
    return `${acl.principal}: ${aclText(acl)}`;
}

function quotasText(quotas: Quotas = {}): string {
    const { producerBytesPerSecond, consumerBytesPerSecond, requestPercentage } = quotas;
    const limits = { producerBytesPerSecond, consumerBytesPerSecond, requestPercentage };
    const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
    return given.map(([name, limit]) => `${name} ${limit}`).join(", ") || "none";
}

function pick<T>(values: Record<string, T>, names: string[]): Record<string, T> {
    return Object.fromEntries(names.map((name) => [name, values[name]!]));
}
