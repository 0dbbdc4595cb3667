/** Text that is HTML. Only {@link html} creates it, so that all content of a page is escaped. */
export class Html {
    private constructor(readonly text: string) {}

    /** For {@link html} and for text of this repository's own files; never for text from a server. */
    static trusted(text: string): Html {
        return new Html(text);
    }
}

/** A value of a template. `undefined` and `false` are empty. */
export type Content = Html | string | number | undefined | false | Content[];

/** A template of HTML whose values are escaped, for text and for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
    const text = parts.map((part, i) => part + (i < values.length ? toText(values[i]) : "")).join("");
    return Html.trusted(text);
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function toText(value: Content): string {
    if (value === undefined || value === false) return "";

    if (Array.isArray(value)) return value.map(toText).join("");

    return value instanceof Html ? value.text : String(value).replace(/[&<>"']/g, (sign) => entities[sign] as string);
}
