/** Name under which Connect workers know `DirectoryConfigProvider`: one file per secret in one folder. */
export const SECRET_PROVIDER = "directory";

/** Folder of one connector's secrets on every worker. The name of a connector can be the name of a folder. */
export function secretsFolderOf(connector: string, secretsFolder: string): string {
    return `${secretsFolder}/${connector}`;
}

/**
 * What a connector's config says instead of a secret: the worker puts the file's content in its place when it starts the
 * connector, so that config topic, REST API and state hold the reference only (KIP-297, KIP-421).
 *
 * @param name name of the secret, which is the name of its file.
 * @param folder folder of the connector's secrets on every worker.
 * @throws when the name has a character that would end the reference or leave the folder.
 */
export function secretReference(name: string, folder: string): string {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
        throw new Error(`"${name}" cannot be the name of a secret: use letters, digits, ".", "_" and "-".`);
    }

    return `\${${SECRET_PROVIDER}:${folder}:${name}}`;
}

/** A reference to a file of some folder, found in a text. */
interface DirectoryReference {
    folder: string;
    name: string;
}

/** References in a text that the workers' provider of directories is asked for. */
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
