/**
 * `postgresql://user:password@host:port/database`.
 * @param login its `address` is `host:port`.
 */
export function databaseUrl(login: { address: string; database: string; user: string; password: string }): string {
    const [user, password, database] = [login.user, login.password, login.database].map(encodeURIComponent);
    return `postgresql://${user}:${password}@${login.address}/${database}`;
}
