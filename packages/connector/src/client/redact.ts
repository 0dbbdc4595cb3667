const MARK = "[secret]";

/**
 * Takes known secrets out of texts. Connect resolves references before it validates, so that its error messages and its
 * tasks' traces may hold passwords in the clear.
 */
export class Redactor {
    /** In capitals or small letters, too: a plugin that takes a secret for one of its words may quote it so. */
    private patterns: RegExp[] = [];
    private secrets: string[] = [];

    constructor(secrets: Iterable<string> = []) {
        this.learn(secrets);
    }

    /** From now on these values are secrets, too. */
    learn(values: Iterable<string>): void {
        const forms = [...values].filter((value) => value.trim() !== "").flatMap(writtenForms);
        // The longest first: one secret may be a part of another.
        this.secrets = [...new Set([...this.secrets, ...forms])].sort((a, b) => b.length - a.length);
        this.patterns = this.secrets.map((secret) => new RegExp(escaped(secret), "giu"));
    }

    /** The text with every secret, and the user-info of every URL, replaced. */
    redact(text: string): string {
        const withoutSecrets = this.patterns.reduce((result, secret) => result.replaceAll(secret, MARK), text);
        return withoutUserInfo(withoutSecrets);
    }

    /** True when the text holds one of the secrets. */
    knows(text: string): boolean {
        return this.patterns.some((secret) => text.search(secret) >= 0);
    }
}

/** The text with what stands before the `@` in each of its URLs replaced. */
export function withoutUserInfo(text: string): string {
    return text.replace(/(\w:\/\/)[^\s/@"']+@/g, `$1${MARK}@`);
}

/** A secret as it is, trimmed, and as it looks inside JSON and inside a URL. */
function writtenForms(secret: string): string[] {
    return [secret, secret.trim(), JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

function escaped(text: string): string {
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
