import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as authority from "../../../components/certificates/authorityProvider";
import * as certificate from "../../../components/certificates/certificateProvider";
import { type ProviderModule, PROVIDERS } from "../../../components/dynamicResource";
import * as generatedSecret from "../../../components/generatedSecretProvider";
import * as kafkaAccess from "../../../components/kafkaAccessProvider";
import * as gate from "../../../components/rolling/gateProvider";
import * as readiness from "../../../components/rolling/readinessProvider";
import * as rollStart from "../../../components/rolling/rollStartProvider";
import * as zookeeperAcl from "../../../components/zookeeperAclProvider";

const modules: Record<keyof typeof PROVIDERS, ProviderModule> = {
    Authority: authority,
    Certificate: certificate,
    Gate: gate,
    GeneratedSecret: generatedSecret,
    KafkaAccess: kafkaAccess,
    Readiness: readiness,
    RollStart: rollStart,
    ZookeeperAcl: zookeeperAcl,
};

describe("the table of provider modules", () => {
    it.each(Object.entries(PROVIDERS))(
        "loads %s from %s, which exports methods of a provider only",
        async (type, path) => {
            const loaded = (await import(/* @vite-ignore */ join(process.cwd(), `${path}.ts`))) as Record<
                string,
                unknown
            >;
            expect(loaded).toBe(modules[type as keyof typeof PROVIDERS]);
            const methods = ["check", "diff", "create", "read", "update", "delete"];
            expect(Object.keys(loaded).filter((name) => !methods.includes(name))).toEqual([]);
        },
    );
});
