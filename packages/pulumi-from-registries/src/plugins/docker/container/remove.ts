import Docker from "dockerode";
import { engineWords, hasStatus, ignoreMissing } from "../engineWords";

/** Gives the container's process time to end by itself before it is killed. */
export async function stop(existing: Docker.Container, name: string, seconds: number): Promise<void> {
    try {
        await existing.stop({ t: seconds });
    } catch (error) {
        // 304: stopped already, 404: gone already
        if (!hasStatus(error, 304, 404)) throw new Error(`unable to stop container ${name}: ${engineWords(error)}`);
    }
}

/** Removes a container, also one that runs; with `volumes` also those of its volumes that have no name. */
export async function remove(existing: Docker.Container, volumes: boolean): Promise<void> {
    try {
        await ignoreMissing(existing.remove({ force: true, v: volumes }));
    } catch (error) {
        if (!engineWords(error).includes("is already in progress")) throw error;
        await ignoreMissing(existing.wait({ condition: "removed" }));
    }
}
