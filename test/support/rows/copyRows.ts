import { once } from "node:events";
import { type Client, type Connection, Query } from "pg";

type CopyConnection = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** What a client does not have of its own: data that follows a COPY ... FROM STDIN. */
class CopyQuery extends Query {
    constructor(
        text: string,
        private readonly data: string,
    ) {
        super(text);
    }

    handleCopyInResponse(connection: CopyConnection): void {
        connection.sendCopyFromChunk(Buffer.from(this.data));
        connection.endCopyFrom();
    }
}

/** `COPY <target> FROM STDIN`: one row for each list of columns, which hold neither tabs nor line ends nor backslashes. */
export async function copyRows(client: Client, target: string, rows: string[][]): Promise<void> {
    const data = rows.map((columns) => `${columns.join("\t")}\n`).join("");
    const query = new CopyQuery(`copy ${target} from stdin`, data);
    const ended = once(query, "end");
    client.query(query);
    await ended;
}
