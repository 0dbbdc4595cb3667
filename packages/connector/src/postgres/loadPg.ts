/**
 * Loads the npm package `pg`, an optional peer of this package. Only what reaches a PostgreSQL server needs it, and loading
 * it takes a third of the time that the whole provider takes.
 *
 * @throws Error that says how to install it.
 */
export async function loadPg(): Promise<typeof import("pg")> {
    try {
        return await import("pg");
    } catch (error) {
        if (/Cannot find (package|module) 'pg'/.test((error as Error).message)) {
            throw new Error(
                "PostgreSQL is read through the npm package pg, which is not installed. Run: npm install pg",
            );
        }
        throw error;
    }
}
