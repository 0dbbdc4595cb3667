/*
 * Besides its offsets, Debezium's PostgreSQL source has a replication slot and a publication in the database. The facts are
 * those of Debezium 3.7.0.
 */

/** Slot and publication of a connector. */
export interface PostgresSource {
    slot: string;
    publication: string;
}

/** True for Debezium's PostgreSQL source, in any package and under any name that Connect accepts for it. */
export function isPostgresSource(connectorClass: string): boolean {
    return /(^|\.)PostgresConnector$|^Postgres$/.test(connectorClass);
}

/** Slot and publication of a config, with Debezium's defaults. */
export function postgresSource(config: Record<string, string>): PostgresSource {
    return {
        slot: config["slot.name"] ?? "debezium",
        publication: config["publication.name"] ?? "dbz_publication",
    };
}

/** A position in PostgreSQL's write-ahead log in PostgreSQL's notation: 26789416 is 0/198C628. */
export function lsnText(position: number | bigint): string {
    const hex = (half: bigint) => half.toString(16).toUpperCase();
    return `${hex(BigInt(position) >> 32n)}/${hex(BigInt(position) & 0xffff_ffffn)}`;
}
