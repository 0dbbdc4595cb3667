/**
 * Name of the secret with the password, by user. A secret that does not exist is to be generated.
 *
 * @param kind beginning of the names of generated secrets: `<kind>-user-<name>`.
 */
export function passwordSecretsOf(
    kind: string,
    users: Record<string, { password?: { secret: string } }>,
): Record<string, string> {
    const names = Object.entries(users).map(([name, { password }]) => [
        name,
        password?.secret ?? `${kind}-user-${name}`,
    ]);
    return Object.fromEntries(names) as Record<string, string>;
}
