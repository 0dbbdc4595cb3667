/*
 * What Debezium's PostgreSQL source has besides its offsets: a replication slot and a publication in the database. Facts
 * are those of Debezium 3.7.0.
 */

/** Where a connector reads changes from. */
export interface PostgresSource {
    slot: string;
    publication: string;
}

/** True for Debezium's PostgreSQL source, whatever package it is in, and under the names that Connect takes for it. */
export function isPostgresSource(connectorClass: string): boolean {
    return /(^|\.)PostgresConnector$|^Postgres$/.test(connectorClass);
}

/** Slot and publication of a config; what it does not name has Debezium's default. */
export function postgresSource(config: Record<string, string>): PostgresSource {
    return {
        slot: config["slot.name"] ?? "debezium",
        publication: config["publication.name"] ?? "dbz_publication",
    };
}

/** A position in PostgreSQL's write-ahead log as PostgreSQL writes it: 26789416 is 0/198C628. */
export function lsnText(position: number | bigint): string {
    const hex = (half: bigint) => half.toString(16).toUpperCase();
    return `${hex(BigInt(position) >> 32n)}/${hex(BigInt(position) & 0xffff_ffffn)}`;
}
