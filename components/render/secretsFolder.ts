/** Folder in which servers find their secrets, as files. */
export const SECRETS_FOLDER = "/run/secrets/connect-cdc";
