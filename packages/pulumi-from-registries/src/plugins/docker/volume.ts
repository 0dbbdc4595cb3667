import Docker from "dockerode";
import { Resource, State } from "../protocol/resource";
import { Fields, map, text } from "../protocol/schema";
import { Properties } from "../protocol/values";
import { attempt, engineMessage, ignoreMissing, unlessMissing } from "./engineErrors";
import { fromLabels, labelsField, toLabels } from "./labels";
import { retryWhile } from "./retryWhile";

const fields: Fields = {
    name: text({ replace: true, computed: true }),
    labels: labelsField,
    driver: text({ replace: true, computed: true }),
    driverOpts: map({ replace: true }),
};

/** A volume of one engine. It cannot be updated. An existing volume of the same name is used as it is. */
export const volume: Resource<Docker> = {
    fields,
    // Two volumes of one name could not be distinguished
    deleteBeforeReplace: "whenNameStays",
    outputs: ["driver", "mountpoint"],
    autoName: true,

    async create(inputs, { client }) {
        const request = {
            Name: String(inputs.name),
            Labels: toLabels(inputs.labels),
            Driver: inputs.driver as string | undefined,
            DriverOpts: inputs.driverOpts as Record<string, string> | undefined,
        };
        await attempt(`unable to create volume ${request.Name}`, client.createVolume(request));
        return stateOf(inputs, await client.getVolume(request.Name).inspect());
    },

    async read({ id, properties }, { client }) {
        const found = await unlessMissing(client.getVolume(id).inspect());
        return found === undefined ? undefined : stateOf(properties, found);
    },

    async update(state, inputs) {
        return { ...state.properties, ...inputs };
    },

    async delete({ id }, { client }) {
        const used = (error: unknown) => engineMessage(error).includes("volume is in use");
        const removal = retryWhile(used, () => ignoreMissing(client.getVolume(id).remove({ force: true })));
        await attempt(`unable to remove volume ${id}`, removal);
    },
};

/** The inputs, replaced by the engine's values where it has them, so that a refresh shows a difference. */
function stateOf(asked: Properties, found: Docker.VolumeInspectInfo): State {
    const properties = {
        ...asked,
        name: found.Name,
        driver: found.Driver,
        labels: fromLabels(found.Labels),
        driverOpts: found.Options ?? undefined,
        mountpoint: found.Mountpoint,
    };
    return { id: found.Name, properties };
}
