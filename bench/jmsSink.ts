import type { Figure } from "./figure";
import { runJavaBenchmark } from "./javaBenchmark";

/** The largest time of a message, by how the sink sends, in times of the bare producer's. 1.25 is 0.8 of its rate. */
const aims = { waits: 1.25, overlaps: 1.25, "overlaps, as bytes": 1.25, "2 sessions": 1 };

const rows = ["text", "no schemas", "60 kB"];

/** The JMS sink compared with a plain transacted producer with equal batches, in turns with the same broker. */
export async function measureJmsSink(): Promise<Figure[]> {
    const output = await runJavaBenchmark("jms-sink", "DeliveryBenchmark");
    return rows.flatMap((row) => {
        const bare = findLine(output, row, "bare producer");
        const times = Object.entries(aims).map(([way, aim]) => {
            const { details, rate } = findLine(output, row, way);
            const name = `JMS sink, ${row}, ${way}: time of a message, against a bare producer`;
            return { name, ratio: 1 / rate, aim, details: `${details}; ${bare.details}` };
        });
        const { details, cpu } = findLine(output, row, "overlaps");
        const name = `JMS sink, ${row}: CPU of a message, against a bare producer`;
        return [...times, { name, ratio: cpu, aim: 2, details }];
    });
}

function findLine(output: string, row: string, way: string): { details: string; rate: number; cpu: number } {
    const pattern = new RegExp(`${row}, ${way}: .*, ([0-9.]+) of the .* each, ([0-9.]+) of the .*`);
    const match = pattern.exec(output);
    if (match === null) throw new Error(`the benchmark printed no line on ${row}, ${way}:\n${output}`);

    return { details: match[0], rate: Number(match[1]), cpu: Number(match[2]) };
}
