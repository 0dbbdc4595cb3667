const MARK = "[secret]";

/**
 * Takes known secrets out of texts. Connect resolves references before it validates, so that its error messages and its
 * tasks' traces may hold passwords in the clear.
 */
export class Redactor {
    private secrets: string[] = [];

    constructor(secrets: Iterable<string> = []) {
        this.learn(secrets);
    }

    /** From now on these values are secrets, too. */
    learn(values: Iterable<string>): void {
        const forms = [...values].filter((value) => value.trim() !== "").flatMap(writtenForms);
        // The longest first: one secret may be a part of another.
        this.secrets = [...new Set([...this.secrets, ...forms])].sort((a, b) => b.length - a.length);
    }

    /** The text with every secret, and the user-info of every URL, replaced. */
    redact(text: string): string {
        const withoutSecrets = this.secrets.reduce((result, secret) => result.replaceAll(secret, MARK), text);
        return withoutUserInfo(withoutSecrets);
    }

    /** True when the text holds one of the secrets. */
    knows(text: string): boolean {
        return this.secrets.some((secret) => text.includes(secret));
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
