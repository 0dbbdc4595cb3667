import { expect, it } from "vitest";
import { listeningPorts } from "../../../preflight/listeners";

const table = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B354D0A:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 25645 1 0000 100 0 0 10 0
   1: 0B354D0A:0016 01354D0A:C5F2 01 00000000:00000000 00:00000000 00000000     0        0 25650 1 0000 100 0 0 10 0
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0 0 77 1
   1: 00000000000000000000000001000000:0CEA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0 0 78 1
`;

it("finds sockets that take connections, with their addresses, and leaves out those that are connections", () => {
    expect(listeningPorts(table)).toEqual([
        { address: "10.77.53.11", port: 22, inode: "25645" },
        { address: "::", port: 8080, inode: "77" },
        { address: undefined, port: 3306, inode: "78" },
    ]);
});
