import type { DockerHosts } from "./dockerHosts";

/** Something that happens to whole hosts. */
export interface HostFault {
    name: string;
    /** Causes the fault, and resolves when nothing prevents the hosts' return. */
    inflict(hosts: DockerHosts): Promise<void>;
}

const AWAY_SECONDS = 30;

const a = { numbers: [1], name: "the JMS broker's host" };
const b = { numbers: [2], name: "the database's host" };
const c = { numbers: [3], name: "a host with one member of each cluster" };
const all = { numbers: [1, 2, 3], name: "every host" };

/** One of each kind; both servers of which there is only one are hit. */
export const hostFaults = [powerCut(b), cableCut(a)];

/** Further ones, for those who have more time. */
export const furtherHostFaults = [powerCut(a), powerCut(c), powerCut(all), cableCut(b), cableCut(c)];

function powerCut(place: typeof a): HostFault {
    return outage(place, "no power", "cutPower", "boot");
}

function cableCut(place: typeof a): HostFault {
    return outage(place, "its cable cut", "unplug", "plug");
}

function outage(
    { numbers, name }: typeof a,
    what: string,
    begin: "cutPower" | "unplug",
    end: "boot" | "plug",
): HostFault {
    return {
        name: `${name} has ${what} for ${AWAY_SECONDS} s`,
        inflict: async (hosts) => {
            await Promise.all(numbers.map((host) => hosts[begin](host)));
            try {
                await new Promise((resolve) => setTimeout(resolve, AWAY_SECONDS * 1000));
            } finally {
                await Promise.all(numbers.map((host) => hosts[end](host)));
            }
        },
    };
}
