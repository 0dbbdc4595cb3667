import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { countTests } from "../../tools/checks/plugins";
import { runProcess } from "../../tools/processes";
import { CHECKOUT } from "../../tools/project";
import { startRegistry } from "../support/workers/registryProcess";

it("the Protobuf converter registers, evolves and reads schemas on a real registry", async () => {
    // The test itself sets BACKWARD; on Apicurio Registry the level NONE of a subject means that of the registry
    const registry = await startRegistry("NONE");
    try {
        const only = ["-Dtest=RealRegistryTest", "-Dsurefire.failIfNoSpecifiedTests=false"];
        const args = ["-f", "plugins", "-B", "-q", "-pl", "protobuf-converter", "-am", "test"];
        const { code, stdout } = await runProcess("mvn", [...args, ...only, `-Dregistry.url=${registry.url}`], {
            cwd: CHECKOUT,
        });
        expect(code, stdout).toBe(0);
        const report =
            "plugins/protobuf-converter/target/surefire-reports/TEST-dev.connectcdc.protobuf.RealRegistryTest.xml";
        expect(countTests([readFileSync(join(CHECKOUT, report), "utf8")])).toEqual({ passed: 4, failed: 0 });
    } finally {
        await registry.stop();
    }
});
