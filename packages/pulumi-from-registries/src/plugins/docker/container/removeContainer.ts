import Docker from "dockerode";
import { engineMessage, hasStatus, ignoreMissing } from "../engineErrors";

/** Stops a container. Its process is killed when it does not end within `seconds`. */
export async function stopContainer(existing: Docker.Container, name: string, seconds: number): Promise<void> {
    try {
        await existing.stop({ t: seconds });
    } catch (error) {
        // 304: stopped already, 404: removed already
        if (!hasStatus(error, 304, 404)) throw new Error(`unable to stop container ${name}: ${engineMessage(error)}`);
    }
}

/** Removes a container, also a running one; with `volumes` also its volumes without a name. */
export async function removeContainer(existing: Docker.Container, volumes: boolean): Promise<void> {
    try {
        await ignoreMissing(existing.remove({ force: true, v: volumes }));
    } catch (error) {
        if (!engineMessage(error).includes("is already in progress")) throw error;
        await ignoreMissing(existing.wait({ condition: "removed" }));
    }
}
