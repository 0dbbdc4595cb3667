import type { Figure } from "./figure";
import { runJavaBenchmark } from "./javaBenchmark";

/** More than Kafka's converter, which ignores types: dates and the like become text, and names become XML names. */
const aims = {
    JsonWriter: 4,
    XmlWriter: 8,
    "JsonWriter without schemas": 4,
    "XmlWriter without schemas": 8,
};

/** CPU time of the transforms for a row, compared with Kafka's JsonConverter in the same run. */
export async function measureTransforms(): Promise<Figure[]> {
    const output = await runJavaBenchmark("transforms", "WriterBenchmark");
    const converter = findLine(output, "JsonConverter").text;
    return Object.entries(aims).map(([writer, aim]) => {
        const { text, ratio } = findLine(output, writer);
        return {
            name: `${writer}, CPU of a row, against Kafka's JsonConverter`,
            ratio,
            aim,
            details: `${text}; ${converter}`,
        };
    });
}

function findLine(output: string, subject: string): { text: string; ratio: number } {
    const match = new RegExp(`(${subject}: .* each), ([0-9.]+) of`).exec(output);
    if (match === null) throw new Error(`the benchmark printed no line on ${subject}:\n${output}`);

    return { text: match[1] as string, ratio: Number(match[2]) };
}
