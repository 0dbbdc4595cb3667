import type { Figure } from "./figure";
import { runJavaBenchmark } from "./javaBenchmark";

/** The JMS sink compared with a plain transacted producer with equal batches, in turns with the same broker. */
export async function measureJmsSink(): Promise<Figure[]> {
    const output = await runJavaBenchmark("jms-sink", "DeliveryBenchmark");
    const pattern = /sink: (\d+)\/s, ([0-9.]+) us CPU each; bare producer: (\d+)\/s, ([0-9.]+) us CPU each; .*$/m;
    const match = pattern.exec(output);
    if (match === null) throw new Error(`the benchmark printed no figures:\n${output}`);

    const [details, sinkRate, sinkCpu, bareRate, bareCpu] = match;
    return [
        // Half the rate is twice the time
        {
            name: "JMS sink, time of a message, against a bare producer",
            ratio: +bareRate! / +sinkRate!,
            aim: 2,
            details,
        },
        { name: "JMS sink, CPU of a message, against a bare producer", ratio: +sinkCpu! / +bareCpu!, aim: 2, details },
    ];
}
