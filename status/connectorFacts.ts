import { causeOf, type MemberStatus } from "@connect-cdc/connector/client";
import type { ListedConnector } from "../servers/connect";
import { endsOf } from "../servers/connectorEnds";
import type { PlatformTarget } from "./platformTarget";
import type { ConnectorFacts } from "./snapshot";

/** @param redact removes secrets from the stack traces. */
export function connectorFacts(
    { info, status }: ListedConnector,
    { connectors, tasks }: PlatformTarget,
    redact: (text: string) => string,
): Omit<ConnectorFacts, "lag" | "retentionRisks"> {
    const { name, type = "unknown" } = status;
    return {
        name,
        type,
        ...memberFacts(status.connector, redact),
        ...endsOf(info.config, type),
        tasks: status.tasks.map((task) => ({
            connector: name,
            connectorState: status.connector.state,
            task: task.id,
            ...memberFacts(task, redact),
        })),
        managed: name in connectors,
        declaredState: connectors[name],
        declaredTasks: tasks?.[name],
    };
}

function memberFacts({ state, worker_id: worker, trace }: MemberStatus, redact: (text: string) => string) {
    const redacted = trace === undefined ? undefined : redact(trace);
    return { state, worker, trace: redacted, cause: redacted === undefined ? undefined : causeOf(redacted) };
}
