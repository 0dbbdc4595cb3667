import Docker from "dockerode";
import { Resource, State } from "../protocol/resource";
import { Fields, map, text } from "../protocol/schema";
import { Properties } from "../protocol/values";
import { attempt, engineWords, ignoreMissing, unlessMissing } from "./engineWords";
import { fromLabels, labelsField, toLabels } from "./labels";
import { retryWhile } from "./retry";

const fields: Fields = {
    name: text({ replace: true, computed: true }),
    labels: labelsField,
    driver: text({ replace: true, computed: true }),
    driverOpts: map({ replace: true }),
};

/** A volume of one engine. Nothing of it can be changed. One of the same name that is there already is taken as it is. */
export const volume: Resource<Docker> = {
    fields,
    // two of one name cannot be told apart
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
        return describe(inputs, await client.getVolume(request.Name).inspect());
    },

    async read({ id, properties }, { client }) {
        const found = await unlessMissing(client.getVolume(id).inspect());
        return found === undefined ? undefined : describe(properties, found);
    },

    async update(state, inputs) {
        return { ...state.properties, ...inputs };
    },

    async delete({ id }, { client }) {
        const used = (error: unknown) => engineWords(error).includes("volume is in use");
        const removal = retryWhile(used, () => ignoreMissing(client.getVolume(id).remove({ force: true })));
        await attempt(`unable to remove volume ${id}`, removal);
    },
};

/** What the engine says of a volume wins over what was asked for, so that a refresh shows a difference. */
function describe(asked: Properties, found: Docker.VolumeInspectInfo): State {
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
