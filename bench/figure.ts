/** One printed result: a ratio, and what it is made of. */
export interface Figure {
    name: string;
    /** Measured over compared, or the measure itself; undefined when it could not be measured here. */
    ratio: number | undefined;
    /** The ratio to reach: this or less. */
    aim: number;
    /** The single measurements, or why there are none. */
    details: string;
}

/** One line per figure. */
export function renderFigure({ name, ratio, aim, details }: Figure): string {
    const value = ratio === undefined ? "not measured" : `${ratio.toFixed(2)} (aim: ${aim.toFixed(2)} or less)`;
    return `${name}: ${value}\n    ${details}`;
}
