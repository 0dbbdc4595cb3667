const MARK = "[secret]";
/** In a URL's parameters, in JAAS, in what a driver says. */
const ASSIGNED_PASSWORD = /((?:password|passwd|pwd|passphrase|secret|token)\s*=\s*)(?!\$\{)[^\s&;,"']+/gi;
/** A value that Connect refuses, as it read it: references resolved. */
const REFUSED_VALUE = /Invalid value [^]*? for configuration ([\w.$-]+)/g;

/**
 * Takes known secrets out of texts. Connect resolves references before it validates, so that its error messages and its
 * tasks' traces may hold passwords in the clear.
 */
export class Redactor {
    /** In capitals or small letters, too: a plugin that takes a secret for one of its words may quote it so. */
    private patterns: RegExp[] = [];
    private secrets: string[] = [];

    /** @param isSecretSetting true for a setting whose value no text may hold, also one that is not known here. */
    constructor(
        secrets: Iterable<string> = [],
        private readonly isSecretSetting: (key: string) => boolean = () => false,
    ) {
        this.learn(secrets);
    }

    /** From now on these values are secrets, too. */
    learn(values: Iterable<string>): void {
        const forms = [...values].filter((value) => value.trim() !== "").flatMap(writtenForms);
        // The longest first: one secret may be a part of another.
        this.secrets = [...new Set([...this.secrets, ...forms])].sort((a, b) => b.length - a.length);
        this.patterns = this.secrets.map((secret) => new RegExp(escaped(secret), "giu"));
    }

    /** The text with every secret, the user-info of every URL and every assigned password replaced. */
    redact(text: string): string {
        const withoutSecrets = this.patterns.reduce((result, secret) => result.replaceAll(secret, MARK), text);
        const withoutValues = withoutSecrets.replace(REFUSED_VALUE, (told: string, key: string) =>
            this.isSecretSetting(key) ? `Invalid value ${MARK} for configuration ${key}` : told,
        );
        return withoutUserInfo(withoutValues.replace(ASSIGNED_PASSWORD, `$1${MARK}`));
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
