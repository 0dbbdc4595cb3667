import { createServer } from "node:net";

/** First port of each role of a test stack. */
export interface StackPorts {
    zookeeper: number;
    quorum: number;
    election: number;
    kafka: number;
    connect: number;
    database: number;
    jmsBroker: number;
    jmsConsole: number;
    metrics: { zookeeper: number; kafka: number; connect: number };
}

// Below the fixed ports of tests (29000 and up) and the range that Linux gives to outgoing connections (32768 and up), above
// the ports of dev stacks.
const lowest = 20_000;
const highest = 29_000;
const blockSize = 100;
const rolePorts = 10;

/** A block of ports that nothing listens on now, chosen at random so that two test runs do not meet. */
export async function findPorts(): Promise<StackPorts> {
    for (let tries = 0; tries < 50; tries++) {
        const first = lowest + blockSize * Math.floor((Math.random() * (highest - lowest)) / blockSize);
        const ports = Array.from({ length: blockSize }, (_, i) => first + i);
        if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
            const block = (index: number) => first + index * rolePorts;
            return {
                zookeeper: block(0),
                quorum: block(1),
                election: block(2),
                kafka: block(3),
                connect: block(4),
                database: block(5),
                jmsBroker: block(6),
                jmsConsole: block(7),
                metrics: { zookeeper: block(8), kafka: block(8) + rolePorts / 2, connect: block(9) },
            };
        }
    }
    throw new Error(`no block of free ports between ${lowest} and ${highest}`);
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}
