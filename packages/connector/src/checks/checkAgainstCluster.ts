import { isDeepStrictEqual } from "node:util";
import { checkLive } from "./checkLive";
import { ConnectorInputs, hasUnknown, InputFault, specOf, UNKNOWN } from "../inputs/connectorInputs";
import { isLoopback } from "../client/sendRequest";
import { isObject } from "../isObject";
import { fullConfig } from "../lifecycle/fullConfig";
import { snapshotsAlways } from "../position/positionLoss";

/**
 * The second half of checking inputs: what the connector's cluster finds in them. Nothing is asked for a config that is
 * the one of the last run, or is not known yet, or cannot be one at all.
 *
 * @param olds inputs of the last run.
 * @param inputs inputs that `checkInputs` has completed. Loses `checkLive`, which is for this run only.
 * @param faults what `checkInputs` found.
 * @returns all faults; warnings are written.
 */
export async function checkAgainstCluster(
    olds: Partial<ConnectorInputs> | undefined,
    inputs: Record<string, unknown>,
    faults: InputFault[],
    write: (line: string) => void = console.log,
): Promise<InputFault[]> {
    const wanted = inputs["checkLive"] ?? true;
    delete inputs["checkLive"];
    if (typeof wanted !== "boolean" && wanted !== UNKNOWN) {
        const reason = `checkLive is ${JSON.stringify(wanted)}; it must be true or false`;
        return [...faults, { property: "checkLive", reason }];
    }
    if (
        isReadable(inputs) &&
        !(isDeepStrictEqual(olds?.auth, inputs["auth"]) && isDeepStrictEqual(olds?.restUrls, inputs["restUrls"]))
    ) {
        write(
            `warning: connector "${inputs["name"]}": auth goes over http://, where everybody on the way can read it: ` +
                "write https:// in restUrls",
        );
    }
    const isNew = (fault: InputFault) => !fault.passwordBy || !wasTaken(olds, inputs, keyOf(fault.property));
    const own = faults.filter(isNew);
    if (!isComplete(inputs) || isSameConfig(olds, inputs)) {
        return own;
    }
    if (snapshotsAlways(inputs)) {
        write(
            `warning: connector "${inputs.name}": config["snapshot.mode"] is always: each start of its task takes a whole ` +
                "snapshot, also a restart after a failure, a new secret or a move to another worker",
        );
    }
    if (wanted !== true) {
        return own;
    }
    const suspects = own.filter(({ passwordBy }) => passwordBy).map(({ property }) => keyOf(property));
    const { faults: found, warnings, types } = await checkLive(inputs, suspects, olds?.config === undefined);
    for (const warning of warnings) {
        write(`warning: connector "${inputs.name}": ${warning}`);
    }
    const refuted = (fault: InputFault) =>
        fault.passwordBy === "name" && (types.get(keyOf(fault.property)) ?? "PASSWORD") !== "PASSWORD";
    return [...own.filter((fault) => !refuted(fault)), ...found.filter(isNew)];
}

/** True when credentials leave this machine without TLS. */
function isReadable({ auth, restUrls }: Record<string, unknown>): boolean {
    const { basic, bearer, headers } = isObject(auth) ? auth : {};
    const isPlain = (url: unknown) =>
        typeof url === "string" && url.startsWith("http://") && URL.canParse(url) && !isLoopback(url);
    return (basic ?? bearer ?? headers) !== undefined && Array.isArray(restUrls) && restUrls.some(isPlain);
}

/** True for a setting that the connector has had before: it was taken when it was new. */
function wasTaken(olds: Partial<ConnectorInputs> | undefined, news: Record<string, unknown>, key: string): boolean {
    const { config } = news as Partial<ConnectorInputs>;
    return olds?.class === news["class"] && olds?.config?.[key] !== undefined && olds.config[key] === config?.[key];
}

/** True when a worker can be asked about it. */
function isComplete(inputs: Record<string, unknown>): inputs is Record<string, unknown> & ConnectorInputs {
    const { name, class: connectorClass, restUrls, config, sensitiveConfig, secrets, tasksMax } = inputs;
    const known = !hasUnknown([name, connectorClass, restUrls, config, sensitiveConfig, tasksMax]);
    const settings = Object.values({ ...(config ?? {}), ...(sensitiveConfig ?? {}) });
    const texts = [name, connectorClass, ...settings].every((value) => typeof value === "string");
    return known && texts && Array.isArray(restUrls) && restUrls.length > 0 && typeof (secrets ?? {}) === "object";
}

function isSameConfig(olds: Partial<ConnectorInputs> | undefined, news: ConnectorInputs): boolean {
    return olds?.config !== undefined && isDeepStrictEqual(configOf(olds as ConnectorInputs), configOf(news));
}

const configOf = (inputs: ConnectorInputs) => fullConfig(specOf(inputs));

function keyOf(property: string): string {
    return property.slice('config["'.length, -'"]'.length);
}
