/** One printed result: a ratio, with its measurements. */
export interface Figure {
    name: string;
    /** Measured value divided by the compared value; undefined when this machine cannot measure it. */
    ratio: number | undefined;
    /** The ratio should not be larger than this. */
    aim: number;
    /** The measurements, or the reason why there are none. */
    details: string;
}

/** One line per figure. */
export function renderFigure({ name, ratio, aim, details }: Figure): string {
    const value = ratio === undefined ? "not measured" : `${ratio.toFixed(2)} (aim: ${aim.toFixed(2)} or less)`;
    return `${name}: ${value}\n    ${details}`;
}
