import Docker from "dockerode";
import { Resource, State } from "../protocol/resource";
import { Fields, flag, map, object, setOf, text } from "../protocol/schema";
import { Properties } from "../protocol/values";
import { attempt, engineMessage, ignoreMissing, unlessMissing } from "./engineErrors";
import { fromLabels, labelsField, toLabels } from "./labels";
import { retryWhile } from "./retryWhile";

const chosen = { computed: true };

const fields: Fields = {
    name: text({ replace: true }),
    labels: labelsField,
    driver: text({ replace: true, computed: true }),
    options: map({ replace: true, computed: true }),
    internal: flag({ replace: true, computed: true }),
    attachable: flag({ replace: true }),
    ingress: flag({ replace: true }),
    ipv6: flag({ replace: true }),
    ipamDriver: text({ replace: true, default: "default" }),
    ipamOptions: map({ replace: true, computed: true }),
    ipamConfigs: setOf(
        object({ subnet: text(), ipRange: text(chosen), gateway: text(chosen), auxAddress: map(chosen) }),
        {
            replace: true,
            computed: true,
        },
    ),
};

interface IpamConfig {
    subnet?: string;
    ipRange?: string;
    gateway?: string;
    auxAddress?: Record<string, string>;
}

/** A network of one engine. Only its members can change after its creation. */
export const network: Resource<Docker> = {
    fields,
    // Two networks of one name could not be distinguished
    deleteBeforeReplace: "whenNameStays",
    outputs: ["driver", "internal", "ipamConfigs", "options", "scope"],
    autoName: true,

    async create(inputs, { client }) {
        const created = await attempt(
            `unable to create network ${String(inputs.name)}`,
            client.createNetwork(toRequest(inputs)),
        );
        return stateOf(inputs, await created.inspect());
    },

    async read({ id, properties }, { client }) {
        const found = await unlessMissing(client.getNetwork(id).inspect());
        return found === undefined ? undefined : stateOf(properties, found);
    },

    async update(state, inputs) {
        return { ...state.properties, ...inputs };
    },

    async delete({ id, properties }, { client }) {
        const used = (error: unknown) => engineMessage(error).includes("has active endpoints");
        const removal = retryWhile(used, () => ignoreMissing(client.getNetwork(id).remove()));
        await attempt(`unable to remove network ${String(properties.name)}`, removal);
    },
};

function toRequest(inputs: Properties): Docker.NetworkCreateOptions {
    return {
        Name: String(inputs.name),
        // Older engines would create a second network of the same name
        CheckDuplicate: true,
        Driver: inputs.driver as string | undefined,
        Internal: inputs.internal as boolean | undefined,
        Attachable: inputs.attachable as boolean | undefined,
        Ingress: inputs.ingress as boolean | undefined,
        EnableIPv6: inputs.ipv6 as boolean | undefined,
        Options: inputs.options as Record<string, string> | undefined,
        Labels: toLabels(inputs.labels),
        IPAM: toIpam(inputs),
    };
}

function toIpam(inputs: Properties): Docker.IPAM | undefined {
    const { ipamDriver, ipamOptions, ipamConfigs } = inputs;
    if (!ipamDriver && !ipamOptions && !ipamConfigs) return undefined;
    const configs = (ipamConfigs ?? []) as IpamConfig[];
    return {
        Driver: (ipamDriver as string | undefined) ?? "default",
        Options: ipamOptions as Record<string, string> | undefined,
        Config: configs.map(({ subnet, ipRange, gateway, auxAddress }) => ({
            Subnet: subnet,
            IPRange: ipRange,
            Gateway: gateway,
            AuxiliaryAddresses: auxAddress,
        })),
    };
}

/** The inputs, replaced by the engine's values where it has them, so that a refresh shows a difference. */
function stateOf(asked: Properties, found: Docker.NetworkInspectInfo): State {
    const properties = {
        ...asked,
        name: found.Name,
        driver: found.Driver,
        internal: found.Internal,
        attachable: found.Attachable,
        ingress: found.Ingress,
        ipv6: found.EnableIPv6,
        options: found.Options ?? {},
        labels: fromLabels(found.Labels),
        scope: found.Scope,
        ipamDriver: found.IPAM?.Driver,
        ipamOptions: found.IPAM?.Options ?? {},
        ipamConfigs: (found.IPAM?.Config ?? []).map((config) => ({
            subnet: config.Subnet,
            ipRange: config.IPRange,
            gateway: config.Gateway,
            auxAddress: config.AuxiliaryAddresses,
        })),
    };
    return { id: found.Id, properties };
}
