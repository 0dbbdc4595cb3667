/**
 * Loads the npm package `pg`, an optional peer dependency. Only connections to PostgreSQL need it, and loading it takes a third
 * of the time of loading the whole provider.
 *
 * @throws Error when it is not installed.
 */
export async function loadPg(): Promise<typeof import("pg")> {
    try {
        return await import("pg");
    } catch (error) {
        if (/Cannot find (package|module) 'pg'/.test((error as Error).message)) {
            throw new Error("the npm package pg, which reads PostgreSQL, is not installed. Run: npm install pg");
        }
        throw error;
    }
}
