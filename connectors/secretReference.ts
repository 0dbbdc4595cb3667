/** Name of `DirectoryConfigProvider` in the workers' config: one file per secret in one folder. */
export const SECRET_PROVIDER = "directory";

/** Folder of one connector's secrets on every worker. */
export function secretsFolderOf(connector: string, secretsFolder: string): string {
    return `${secretsFolder}/${connector}`;
}

/**
 * Reference to a secret in a connector's config. The worker replaces it by the file's content when it starts the connector,
 * so that config topic, REST API and state contain the reference only (KIP-297, KIP-421).
 *
 * @param name name of the secret, which is the name of its file.
 * @param folder folder of the connector's secrets on every worker.
 * @throws when the name has a character that would end the reference or leave the folder.
 */
export function secretReference(name: string, folder: string): string {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
        throw new Error(`"${name}" is not a valid name of a secret: use letters, digits, ".", "_" and "-".`);
    }

    return `\${${SECRET_PROVIDER}:${folder}:${name}}`;
}

/** A reference to a file in a folder, found in a text. */
interface DirectoryReference {
    folder: string;
    name: string;
}

/** References in a text to files of the workers' provider {@link SECRET_PROVIDER}. */
export function directoryReferences(text: string): DirectoryReference[] {
    return [...text.matchAll(/\$\{([^}:]*):([^}]*):([^}:]*)\}/g)]
        .filter(([, provider]) => provider === SECRET_PROVIDER)
        .map(([, , folder, name]) => ({ folder: folder!, name: name! }));
}

/** Names of the secrets in that folder that a config refers to, sorted. */
export function referredSecrets(config: Record<string, string>, folder: string): string[] {
    const names = Object.values(config)
        .flatMap(directoryReferences)
        .filter((reference) => reference.folder === folder)
        .map(({ name }) => name);
    return [...new Set(names)].sort();
}
