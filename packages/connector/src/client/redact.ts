const MARK = "[secret]";
/** In the parameters of a URL, in JAAS, in the messages of drivers. */
const ASSIGNED_PASSWORD = /((?:password|passwd|pwd|passphrase|secret|token)\s*=\s*)(?!\$\{)[^\s&;,"']+/gi;
/** A value that Connect refuses. Its references are resolved. */
const REFUSED_VALUE = /Invalid value [^]*? for configuration ([\w.$-]+)/g;

/**
 * Removes known secrets from texts. Connect resolves references before it validates, so that its error messages and the traces
 * of its tasks may contain plain-text passwords.
 */
export class Redactor {
    /** Case-insensitive: a plugin that reads a secret as a keyword may quote it in upper case. */
    private patterns: RegExp[] = [];
    private secrets: string[] = [];

    /** @param isSecretSetting true for a setting whose value no text may contain, even if it is not known here. */
    constructor(
        secrets: Iterable<string> = [],
        private readonly isSecretSetting: (key: string) => boolean = () => false,
    ) {
        this.learn(secrets);
    }

    /** Adds secrets. */
    learn(values: Iterable<string>): void {
        const forms = [...values].filter((value) => value.trim() !== "").flatMap(writtenForms);
        // The longest first: one secret may be a part of another
        this.secrets = [...new Set([...this.secrets, ...forms])].sort((a, b) => b.length - a.length);
        this.patterns = this.secrets.map((secret) => new RegExp(escaped(secret), "giu"));
    }

    /** The text with every secret, the user-info of every URL and every assigned password replaced. */
    redact(text: string): string {
        const withoutSecrets = this.patterns.reduce((result, secret) => result.replaceAll(secret, MARK), text);
        const withoutValues = withoutSecrets.replace(REFUSED_VALUE, (message: string, key: string) =>
            this.isSecretSetting(key) ? `Invalid value ${MARK} for configuration ${key}` : message,
        );
        return withoutUserInfo(withoutValues.replace(ASSIGNED_PASSWORD, `$1${MARK}`));
    }

    /** True when the text contains one of the secrets. */
    knows(text: string): boolean {
        return this.patterns.some((secret) => text.search(secret) >= 0);
    }
}

/** The text with the user-info of each of its URLs replaced. */
export function withoutUserInfo(text: string): string {
    return text.replace(/(\w:\/\/)[^\s/@"']+@/g, `$1${MARK}@`);
}

/** A secret unchanged, trimmed, inside JSON, and inside a URL. */
function writtenForms(secret: string): string[] {
    return [secret, secret.trim(), JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

function escaped(text: string): string {
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
