import { closest } from "fastest-levenshtein";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorPlugin } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";

/** Connect does not list these connectors of its own. */
const NOT_LISTED = /^org\.apache\.kafka\.connect\.tools\./;

/**
 * Ensures that every worker that answers has the connector's class: on a worker without it the tasks would fail later.
 *
 * @throws ConnectError with the worker and its nearest class.
 */
export async function requirePlugin(connectors: Connectors, connectorClass: string): Promise<void> {
    if (NOT_LISTED.test(connectorClass)) {
        return;
    }
    const redact = (text: string) => connectors.client.redact(text);
    for (const restUrl of connectors.client.restUrls) {
        const refuse = (plugins: ConnectorPlugin[]) => {
            throw new ConnectError("refused", redact(missing(restUrl, connectorClass, plugins)));
        };
        await waitFor(
            connectors.client,
            async () => {
                const plugins = await pluginsOf(connectors, restUrl, connectorClass);
                if (!plugins || plugins.some((plugin) => isClass(plugin, connectorClass))) {
                    return done(undefined);
                }
                // A worker that is starting lists no plugins for a moment.
                return plugins.length > 0 ? refuse(plugins) : pending(`worker ${redact(restUrl)} lists no plugins yet`);
            },
            { pauseMs: 500, timedOut: () => refuse([]) },
        );
    }
}

/** Plugins of a worker are cached for this time, ms. A worker gets other plugins only with a restart, which takes longer. */
const PLUGINS_LAST_MS = 5000;
const recent = new Map<string, { atMs: number; plugins: ConnectorPlugin[] }>();

/** The plugins of a worker; cached ones only if they contain the wanted class. */
async function pluginsOf(
    connectors: Connectors,
    restUrl: string,
    wanted: string,
): Promise<ConnectorPlugin[] | undefined> {
    const { clock } = connectors.client.deadline;
    const key = `${restUrl} ${connectors.client.authKey}`;
    const known = recent.get(key);
    if (known && clock.now() - known.atMs < PLUGINS_LAST_MS && known.plugins.some((one) => isClass(one, wanted))) {
        return known.plugins;
    }
    const plugins = await connectors.plugins(restUrl);
    if (plugins) {
        recent.set(key, { atMs: clock.now(), plugins });
    }
    return plugins;
}

/** Connect accepts the full class name, the simple name, and the simple name without its suffix. */
export function isClass(plugin: ConnectorPlugin, wanted: string): boolean {
    const simple = plugin.class.replace(/^.*\./, "");
    const short = simple.replace(/Connector$/, "");
    return [plugin.class, simple, short, short.replace(/(Source|Sink)$/, "")].includes(wanted);
}

function missing(restUrl: string, wanted: string, plugins: ConnectorPlugin[]): string {
    const classes = plugins.map((plugin) => plugin.class);
    const nearest = classes.length > 0 ? ` Nearest class there: ${closest(wanted, classes)}.` : "";
    return `worker ${restUrl} has no plugin with connector class ${wanted}.${nearest} Add the plugin to the image.`;
}

/** Version of a connector's plugin on the first worker that has one; `unknown` when none has. */
export async function pluginVersion(connectors: Connectors, connectorClass: string): Promise<string> {
    for (const restUrl of connectors.client.restUrls) {
        const plugins = await pluginsOf(connectors, restUrl, connectorClass);
        const plugin = plugins?.find((candidate) => isClass(candidate, connectorClass));
        if (plugin?.version) {
            return plugin.version;
        }
    }
    return "unknown";
}
