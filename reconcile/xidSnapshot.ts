const XIDS = 2 ** 32;
/** Ids of transactions that may have begun after a snapshot. A run that has more of them would take weeks. */
const FUTURE = 2 ** 28;

/**
 * A snapshot of PostgreSQL (`pg_current_snapshot()`): which transactions a query sees. Events have the lower 32 bits of a
 * transaction's id only.
 */
export class XidSnapshot {
    private readonly xmax: number;
    private readonly running: Set<number>;

    /** @param text `xmin:xmax:xip,...`: https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT */
    constructor(text: string) {
        const [, xmax = "0", running = ""] = text.split(":");
        const lower = (xid: string) => Number(BigInt(xid) % BigInt(XIDS));
        this.xmax = lower(xmax);
        this.running = new Set(running.split(",").filter(Boolean).map(lower));
    }

    /** True: the query saw what this transaction has changed. */
    sees(xid: number): boolean {
        const sinceXmax = (xid - this.xmax + XIDS) % XIDS;
        return sinceXmax >= FUTURE && !this.running.has(xid);
    }
}
