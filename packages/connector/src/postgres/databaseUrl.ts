/**
 * `postgresql://user:password@host:port/database`.
 * @param login its `address` is `host:port`.
 */
export function databaseUrl(login: { address: string; database: string; user: string; password: string }): string {
    const [user, password, database] = [login.user, login.password, login.database].map(encodeURIComponent);
    return `postgresql://${user}:${password}@${login.address}/${database}`;
}

/** How to reach a database. */
export interface DatabaseAccess {
    /** `postgresql://user:password@host:port/database`. */
    url: string;
    /**
     * PEM of the authorities that sign the server's certificate. With it the connection has TLS, and the certificate must have the
     * name of the URL's host, as with `sslmode=verify-full`. Default: by the URL's own parameters, without them no TLS.
     */
    ca?: string;
}

/** Settings of the npm package `pg` for a database. */
export function connectionOf(database: string | DatabaseAccess): {
    connectionString: string;
    ssl?: { ca: string; host: string };
} {
    const { url, ca }: DatabaseAccess = typeof database === "string" ? { url: database } : database;
    if (ca === undefined) return { connectionString: url };
    // Parameters of the URL would win over `ssl`
    const [withoutParameters = "", parameters] = url.split("?", 2);
    const others = new URLSearchParams(parameters);
    for (const name of [...others.keys()]) if (name.startsWith("ssl")) others.delete(name);
    // Without it, pg 8.11.0, which this package takes, lets Node.js compare the certificate with "localhost" instead of an address
    const host = others.get("host") ?? new URL(withoutParameters).hostname.replace(/^\[(.*)\]$/, "$1");
    return { connectionString: [withoutParameters, others].filter(String).join("?"), ssl: { ca, host } };
}
