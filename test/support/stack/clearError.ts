import { expect } from "vitest";

/** The kinds of errors that a connector's operations may end with. */
const KNOWN = [
    /(GET|PUT|POST|PATCH|DELETE) \/\S* at https?:\/\/\S+: ./,
    /exists already (and differs in \w|with the declared config: .)/,
    /not (running with .+|paused|stopped) after \d+ s: ./,
    /FAILED on \S+: ./,
    /still exists after \d+ s/,
    /cannot be read back after \d+ s/,
    /was deleted meanwhile/,
];

/** An error names the connector, the event and the place, is of a known kind, and contains no secret. */
export function expectClearError({ message }: Error, name: string, secrets: string[]): void {
    expect(message).toContain(`connector "${name}"`);
    expect(KNOWN.some((kind) => kind.test(message)) ? "known" : message, "kind of error").toBe("known");
    expect(message).not.toMatch(/undefined|\[object|TypeError/);
    expect(message.length).toBeLessThan(1500);
    for (const secret of secrets) expect(message).not.toContain(secret);
}
