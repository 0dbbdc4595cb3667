import { describe, expect, it } from "vitest";
import { renderProperties } from "../../../../components/render/properties";
import { bootstrapList, hostIndexOf } from "../../../../components/render/topology";
import { renderZooCfg } from "../../../../components/render/zooCfg";

describe("renderProperties", () => {
    it("keeps the order, replaces settings by overrides in place, and adds new ones at the end", () => {
        expect(renderProperties({ a: 1, b: true, c: "x" }, { b: false, d: "y" })).toBe("a=1\nb=false\nc=x\nd=y\n");
    });

    it("leaves undefined out", () => {
        expect(renderProperties({ a: undefined, b: 0 })).toBe("b=0\n");
    });

    it("escapes what a properties file takes otherwise", () => {
        expect(renderProperties({ path: "C:\\x", two: "a\nb", blank: " x" })).toBe(
            "path=C:\\\\x\ntwo=a\\nb\nblank=\\ x\n",
        );
    });
});

describe("renderZooCfg", () => {
    const cfg = {
        dataDir: "/data",
        clientPort: 2180,
        tickTimeMs: 2000,
        initLimit: 5,
        syncLimit: 2,
        maxClientCnxns: 0,
        fourLetterWords: ["stat", "dump"],
        listenOnAllAddresses: true,
        servers: [0, 1].map((id) => ({ id, host: `z${id}`, quorumPort: 2888 + id, electionPort: 3888 + id })),
        config: {},
    };

    it("lists the servers by their identity", () => {
        expect(renderZooCfg(cfg)).toContain("server.0=z0:2888:3888\nserver.1=z1:2889:3889\n");
        expect(renderZooCfg(cfg)).toContain("4lw.commands.whitelist=stat,dump\n");
        expect(renderZooCfg(cfg)).toContain("quorumListenOnAllIPs=true\n");
    });

    it("gives raw settings priority", () => {
        expect(renderZooCfg({ ...cfg, config: { tickTime: 500 } })).toMatch(/^tickTime=500\n/);
    });
});

describe("bootstrapList", () => {
    it("names the first three members only, so that scaling up changes no other member", () => {
        const members = [0, 1, 2, 3].map((i) => ({ host: `k${i}`, port: 9090 + i }));
        expect(bootstrapList(members)).toBe("k0:9090,k1:9091,k2:9092");
        expect(bootstrapList(members.slice(0, 1))).toBe("k0:9090");
    });
});

describe("hostIndexOf", () => {
    it("spreads members over all hosts", () => {
        expect([0, 1, 2, 3].map((i) => hostIndexOf(i, ["a", "b", "c"], []))).toEqual([0, 1, 2, 0]);
    });

    it("obeys and repeats an explicit placement", () => {
        expect([0, 1, 2].map((i) => hostIndexOf(i, ["a", "b", "c"], ["c", "a"]))).toEqual([2, 0, 2]);
    });
});
