/** Shorter texts may occur by chance. */
const SHORTEST = 12;

interface Needle {
    /** Name of the secret, and the form that it has here. */
    what: string;
    bytes: Buffer;
}

/**
 * Searches texts for secrets: as they are, without the blanks around them, in capitals, in the form that they have in JSON, URLs and
 * HTML, in Base64 at any alignment, and in hexadecimal; bytes as they are and in the last two forms. It remembers where it found
 * which, and never shows a secret.
 */
export class SecretSearch {
    /** Secrets that were found, as `<name> (<form>) in <place>`. */
    readonly leaks: string[] = [];
    private readonly needles: Needle[];

    /** @param secrets their values by name. */
    constructor(secrets: Record<string, string | Buffer>) {
        this.needles = Object.entries(secrets).flatMap(([name, value]) => needlesOf(name, value));
    }

    /**
     * Searches one text.
     *
     * @param control a text that it certainly contains.
     * @throws when it does not: then this is the wrong text.
     */
    check(place: string, content: string | Buffer, control: string): void {
        const bytes = Buffer.from(content);
        if (!bytes.includes(control)) {
            throw new Error(`${place}: "${control}" is not there, so that something else was looked at`);
        }

        this.scan(place, bytes);
    }

    /** Looks at something large piece by piece; a secret on the border of two is found, too. */
    async lookAtStream(place: string, pieces: AsyncIterable<Buffer>, control: string): Promise<void> {
        const overlap = Math.max(control.length, ...this.needles.map(({ bytes }) => bytes.length)) - 1;
        let rest: Buffer = Buffer.alloc(0);
        let hasControl = false;
        for await (const piece of pieces) {
            const bytes = Buffer.concat([rest, piece]);
            this.scan(place, bytes);
            hasControl ||= bytes.includes(control);
            rest = bytes.subarray(Math.max(0, bytes.length - overlap));
        }
        if (!hasControl) throw new Error(`${place}: "${control}" is not there, so that something else was looked at`);
    }

    private scan(place: string, bytes: Buffer): void {
        for (const needle of this.needles) {
            const leak = `${needle.what} in ${place}`;
            if (!this.leaks.includes(leak) && bytes.includes(needle.bytes)) this.leaks.push(leak);
        }
    }
}

function needlesOf(name: string, value: string | Buffer): Needle[] {
    if (typeof value !== "string") {
        const texts = [value.toString("hex"), value.toString("hex").toUpperCase(), ...base64Forms(value)];
        return [value, ...texts.map((text) => Buffer.from(text))].map((bytes) => ({ what: name, bytes }));
    }

    const trimmed = value.trim();
    if (trimmed.length < SHORTEST) {
        throw new Error(`secret ${name} is too short to be looked for: it needs ${SHORTEST} characters`);
    }

    const json = JSON.stringify(trimmed).slice(1, -1);
    const forms: [form: string, text: string][] = [
        ["as it is", trimmed],
        ["upper case", trimmed.toUpperCase()],
        ["lower case", trimmed.toLowerCase()],
        ["JSON", json],
        ["JSON in ASCII", json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${hex4(unit)}`)],
        ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
        ["URL", encodeURIComponent(trimmed)],
        ["form", new URLSearchParams({ a: trimmed }).toString().slice(2)],
        ["HTML", html(trimmed)],
        ["hexadecimal", Buffer.from(trimmed).toString("hex")],
        ["hexadecimal", Buffer.from(trimmed).toString("hex").toUpperCase()],
        ...base64Forms(Buffer.from(trimmed)).map((text): [string, string] => ["Base64", text]),
    ];
    // Most forms of a plain text are the text.
    const unique = new Map([...forms].reverse().map(([form, text]) => [text, form]));
    return [...unique].map(([text, form]) => ({ what: `${name} (${form})`, bytes: Buffer.from(text) }));
}

function base64Forms(secret: Buffer): string[] {
    return (["base64", "base64url"] as const).flatMap((encoding) =>
        [0, 1, 2].map((before) => base64(secret, before, encoding)),
    );
}

/** What every Base64 has in common in which the secret has so many bytes before it, modulo 3, whatever those and the next are. */
function base64(secret: Buffer, before: number, encoding: "base64" | "base64url"): string {
    const bytes = Buffer.concat([Buffer.alloc(before), secret]);
    const firstWhole = Math.ceil((before * 8) / 6);
    return bytes.toString(encoding).slice(firstWhole, Math.floor((bytes.length * 8) / 6));
}

function hex4(unit: string): string {
    return unit.charCodeAt(0).toString(16).padStart(4, "0");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function html(text: string): string {
    return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
