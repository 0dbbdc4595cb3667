/** What happens to a connector's position, and to its source's slot and publication, when the connector is deleted. */
export interface OnDelete {
    /**
     * `retain`: a later connector of the same name continues from the offsets. `reset`: the source's offsets or the sink's
     * consumer group are deleted, too; needs Connect 3.6 (KIP-875). Default `retain`.
     */
    offsets?: "retain" | "reset";
    /** For Debezium's PostgreSQL source: what is dropped in its database once it is not in use. */
    database?: {
        /** `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. */
        url: string;
        /** PEM of the authorities that sign the database's certificate; with it the connection has TLS. Default: by the URL. */
        ca?: string;
        /** Drops the slot in `slot.name`. A source whose offsets stay cannot continue without it. */
        slot?: "drop";
        /** Drops the publication in `publication.name`. */
        publication?: "drop";
    };
}
