/** Name under which Connect workers know `DirectoryConfigProvider`: one file per secret in one folder. */
export const SECRET_PROVIDER = "directory";

/**
 * What a connector's config says instead of a secret: the worker puts the file's content in its place when it starts the
 * connector, so that config topic, REST API and state hold the reference only (KIP-297, KIP-421).
 *
 * @param name name of the secret, which is the name of its file.
 * @param folder folder of the secrets on every worker.
 * @throws when the name has a character that would end the reference or leave the folder.
 */
export function secretReference(name: string, folder: string): string {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
        throw new Error(`"${name}" cannot be the name of a secret: use letters, digits, ".", "_" and "-".`);
    }
    return `\${${SECRET_PROVIDER}:${folder}:${name}}`;
}

/** Names of the secrets in that folder that a config refers to, sorted. */
export function referredSecrets(config: Record<string, string>, folder: string): string[] {
    const names = Object.values(config).flatMap((value) =>
        [...value.matchAll(/\$\{([^}]*):([^}:]*)\}/g)]
            .filter(([, source]) => source === `${SECRET_PROVIDER}:${folder}`)
            .map(([, , name]) => name!),
    );
    return [...new Set(names)].sort();
}
