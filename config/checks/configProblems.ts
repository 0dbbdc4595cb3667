import { deletionProblems } from "../../connectors/deletionProblems";
import { Problem } from "../problem";
import type { PlatformConfig } from "../schema";
import { clientCertificateProblems } from "./clientCertificates";
import { connectorProblems } from "./connectors";
import { connectUserProblems } from "./connectUsers";
import { formatProblems } from "./formats";
import { hostProblems } from "./hosts";
import { jmsUserProblems } from "./jmsUsers";
import { kafkaUserProblems } from "./kafkaUsers";
import { pluginProblems } from "./plugins";
import { portProblems } from "./ports";
import { referenceProblems } from "./secrets";
import { securityProblems } from "./security";
import { replicationProblems, serverProblems } from "./servers";
import { subjectProblems } from "./subjects";

/** Rules that span several values. Each runs when the sections that it reads are well formed. */
export function configProblems(c: Partial<PlatformConfig>): Problem[] {
    return [
        ...hostProblems(c),
        ...securityProblems(c),
        ...serverProblems(c),
        ...replicationProblems(c),
        ...portProblems(c),
        ...kafkaUserProblems(c),
        ...clientCertificateProblems(c),
        ...connectUserProblems(c),
        ...jmsUserProblems(c),
        ...pluginProblems(c),
        ...referenceProblems(c),
        ...formatProblems(c),
        ...subjectProblems(c),
        ...connectorProblems(c),
        ...deletionProblems(c),
    ];
}
