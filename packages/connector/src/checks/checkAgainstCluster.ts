import { isDeepStrictEqual } from "node:util";
import { isLoopback } from "../client/sendRequest";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { type InputProblem, mustBe } from "../inputs/rules";
import { hasUnknown } from "../inputs/unknown";
import { isObject } from "../isObject";
import { fullConfig } from "../lifecycle/fullConfig";
import { snapshotsAlways } from "../position/positionLoss";
import { checkLive } from "./checkLive";

const IS_BOOLEAN = mustBe("true or false", (value) => typeof value === "boolean");

/**
 * Lets the connector's cluster check the inputs. Nothing is asked for a config that is unchanged, not known yet, or not valid
 * at all.
 *
 * @param olds inputs of the last run.
 * @param inputs result of `checkInputs`. `checkLive`, which is only for this run, is removed.
 * @param problems problems from `checkInputs`.
 * @returns all problems. Warnings are written.
 */
export async function checkAgainstCluster(
    olds: Partial<ConnectorInputs> | undefined,
    inputs: Record<string, unknown>,
    problems: InputProblem[],
    write: (line: string) => void = console.log,
): Promise<InputProblem[]> {
    const checkLiveInput = inputs["checkLive"] ?? true;
    delete inputs["checkLive"];
    const inputProblems = IS_BOOLEAN(checkLiveInput, "checkLive");
    if (inputProblems.length > 0) {
        return [...problems, ...inputProblems];
    }
    if (
        isReadable(inputs) &&
        !(isDeepStrictEqual(olds?.auth, inputs["auth"]) && isDeepStrictEqual(olds?.restUrls, inputs["restUrls"]))
    ) {
        write(
            `warning: connector "${inputs["name"]}": auth is sent over http://, where everyone on the network path can read it: ` +
                "write https:// in restUrls",
        );
    }
    const isNew = (problem: InputProblem) => !problem.passwordBy || !wasAccepted(olds, inputs, keyOf(problem.property));
    const own = problems.filter(isNew);
    if (!isComplete(inputs) || isSameConfig(olds, inputs)) {
        return own;
    }
    if (snapshotsAlways(inputs)) {
        write(
            `warning: connector "${inputs.name}": config["snapshot.mode"] is always: each start of its task takes a whole ` +
                "snapshot, also after a failure, a new secret or a move to another worker",
        );
    }
    if (checkLiveInput !== true) {
        return own;
    }
    const suspects = own.filter(({ passwordBy }) => passwordBy).map(({ property }) => keyOf(property));
    const { problems: found, warnings, types } = await checkLive(inputs, suspects, olds?.config === undefined);
    for (const warning of warnings) {
        write(`warning: connector "${inputs.name}": ${warning}`);
    }
    const refuted = (problem: InputProblem) =>
        problem.passwordBy === "name" && (types.get(keyOf(problem.property)) ?? "PASSWORD") !== "PASSWORD";
    return [...own.filter((problem) => !refuted(problem)), ...found.filter(isNew)];
}

/** True when credentials leave this machine without TLS. */
function isReadable({ auth, restUrls }: Record<string, unknown>): boolean {
    const { basic, bearer, headers } = isObject(auth) ? auth : {};
    const isPlain = (url: unknown) =>
        typeof url === "string" && url.startsWith("http://") && URL.canParse(url) && !isLoopback(url);
    return (basic ?? bearer ?? headers) !== undefined && Array.isArray(restUrls) && restUrls.some(isPlain);
}

/** True for an unchanged setting: it was accepted when it was new. */
function wasAccepted(olds: Partial<ConnectorInputs> | undefined, news: Record<string, unknown>, key: string): boolean {
    const { config } = news as Partial<ConnectorInputs>;
    return olds?.class === news["class"] && olds?.config?.[key] !== undefined && olds.config[key] === config?.[key];
}

/** True when a worker can validate the inputs. */
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
