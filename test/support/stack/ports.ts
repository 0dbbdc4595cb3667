import { createServer, type Server } from "node:net";

/** First port of each role of a test stack. */
export interface StackPorts {
    zookeeper: number;
    quorum: number;
    election: number;
    kafka: number;
    connect: number;
    database: number;
    registry: number;
    jmsBroker: number;
    jmsConsole: number;
    metrics: { zookeeper: number; kafka: number; connect: number };
    /** With TLS. */
    tls: { zookeeper: number; kafka: number; operator: number; connect: number; registry: number; jmsBroker: number };
}

// Below the fixed ports of tests (29000 and up) and the range that Linux gives to outgoing connections (32768 and up), above
// the ports of dev stacks.
const lowest = 20_000;
const highest = 29_000;
const blockSize = 100;
const rolePorts = 10;

/** A block of ports that nothing listens on now. It stays reserved until this process ends. */
export async function findPorts(): Promise<StackPorts> {
    for (let tries = 0; tries < 50; tries++) {
        const first = lowest + blockSize * Math.floor((Math.random() * (highest - lowest)) / blockSize);
        const last = first + blockSize - 1;
        // Whoever listens on the last port has the block: another process that looks at it now goes on to the next
        const reservation = await listen(last);
        if (!reservation) continue;
        if ((await Promise.all(range(first, last).map(isFree))).every(Boolean)) {
            reservation.unref();
            const block = (index: number) => first + index * rolePorts;
            return {
                zookeeper: block(0),
                quorum: block(1),
                election: block(2),
                kafka: block(3),
                connect: block(4),
                database: block(5),
                registry: block(5) + rolePorts / 2,
                jmsBroker: block(6),
                jmsConsole: block(7),
                tls: {
                    zookeeper: block(0) + rolePorts / 2,
                    kafka: block(6) + 2,
                    operator: block(3) + rolePorts / 2,
                    connect: block(4) + rolePorts / 2,
                    registry: block(7) + rolePorts / 2,
                    jmsBroker: block(6) + 1,
                },
                metrics: { zookeeper: block(8), kafka: block(8) + rolePorts / 2, connect: block(9) },
            };
        }
        reservation.close();
    }
    throw new Error(`no block of free ports between ${lowest} and ${highest}`);
}

function range(first: number, end: number): number[] {
    return Array.from({ length: end - first }, (_, i) => first + i);
}

async function isFree(port: number): Promise<boolean> {
    const server = await listen(port);
    if (server) await new Promise((resolve) => server.close(resolve));
    return server !== undefined;
}

/** Undefined when another process listens there. */
function listen(port: number): Promise<Server | undefined> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(undefined));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => resolve(server));
    });
}
