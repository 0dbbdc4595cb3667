/** What the installation needs from its caller. */
export interface InstallOptions {
    /** Absolute path of the folder for everything that can be built again. */
    cacheFolder: string;
    /** Absolute path of the folder for what must outlive an installation: which stack is selected. */
    stateFolder: string;
    /** Absolute path of the npm lock file of the packages that the programs are compiled with. */
    lockFile: string;
    /** Runs an action that takes long, and reports it. */
    step<T>(what: string, action: () => Promise<T>): Promise<T>;
    /** Installs a program. @throws Error with the remedy when it must not be installed. */
    installMissing(missing: MissingProgram): Promise<void>;
}

/** A program that the installation needs and that is not on PATH. */
export interface MissingProgram {
    /** Its name and its purpose, the beginning of a sentence. */
    what: string;
    /** The Debian packages that contain it. */
    debianPackages: string[];
    /** What the user has to do where these packages cannot be installed. */
    remedy: string;
}
