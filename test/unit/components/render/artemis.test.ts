import { expect, test } from "vitest";
import { bootstrapXml, brokerXml } from "../../../../components/render/artemis";

const element = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

test("each queue is durable and anycast at an address of its own name, beside dead letters and expired messages", () => {
    const xml = brokerXml({ queues: ["CustomersJSON", "CustomersXML"] });
    const queues = [...xml.matchAll(/<address name="(\w+)"><anycast><queue name="(\w+)"\/><\/anycast><\/address>/g)];
    expect(queues.map(([, address, queue]) => [address, queue])).toEqual([
        ["CustomersJSON", "CustomersJSON"],
        ["CustomersXML", "CustomersXML"],
        ["DLQ", "DLQ"],
        ["ExpiryQueue", "ExpiryQueue"],
    ]);
    expect(xml).not.toContain("durable");
});

test("a queue that is named twice, or like a default one, is created once", () => {
    const xml = brokerXml({ queues: ["A", "A", "DLQ"] });
    expect(xml.match(/<address name="A"/g)).toHaveLength(1);
    expect(xml.match(/<address name="DLQ"/g)).toHaveLength(1);
});

test("each topic is a multicast address without a queue", () => {
    expect(brokerXml({ queues: [], topics: ["Customers&"] })).toContain(
        `<address name="Customers&amp;"><multicast/></address>`,
    );
});

test("a message that was accepted is on the disk, and a full disk does not stop the others", () => {
    const xml = brokerXml({ queues: [] });
    expect(element(xml, "persistence-enabled")).toBe("true");
    expect(element(xml, "journal-datasync")).toBe("true");
    expect(element(xml, "journal-buffer-timeout")).toBe("0");
    expect(element(xml, "max-disk-usage")).toBe("-1");
});

test("a misspelt queue is an error, except for the answers of management requests", () => {
    const xml = brokerXml({ queues: [] });
    const settings = [...xml.matchAll(/<address-setting match="([^"]+)">(.*?)<\/address-setting>/gs)];
    const autoCreate = settings.map(([, match, body]) => [match, element(body!, "auto-create-queues")]);
    expect(Object.fromEntries(autoCreate)).toEqual({ "activemq.management#": "true", "#": "false" });
});

/** Users by permission of one address, without the operator. */
function granted(xml: string, address: string): Record<string, string> {
    const setting = new RegExp(`<security-setting match="${address}">(.*?)</security-setting>`, "s").exec(xml)?.[1];
    const permissions = [...(setting ?? "").matchAll(/type="(\w+)" roles="amq,?([^"]*)"/g)];
    return Object.fromEntries(
        permissions.filter(([, , roles]) => roles !== "").map(([, type, roles]) => [type, roles!]),
    );
}

test("a user may do on an address what a rule allows, and only the operator everything", () => {
    const xml = brokerXml({
        queues: ["orders", "orders.eu", "stock", "none"],
        topics: ["news"],
        rules: {
            shop: [{ address: "orders*", operations: ["send"] }],
            app: [
                { address: "orders", operations: ["consume", "browse"] },
                { address: "news", operations: ["consume"] },
                { address: "DLQ", operations: ["browse"] },
            ],
            stocks: [{ address: "stock", operations: ["send", "consume"] }],
        },
    });
    expect(granted(xml, "orders")).toEqual({ send: "user-shop", consume: "user-app", browse: "user-app" });
    expect(granted(xml, "orders.eu")).toEqual({ send: "user-shop" });
    expect(granted(xml, "stock")).toEqual({ send: "user-stocks", consume: "user-stocks" });
    const subscribing = ["createNonDurableQueue", "deleteNonDurableQueue", "createDurableQueue", "deleteDurableQueue"];
    expect(granted(xml, "news")).toEqual(
        Object.fromEntries(["consume", ...subscribing].map((type) => [type, "user-app"])),
    );
    expect(granted(xml, "DLQ")).toEqual({ browse: "user-app" });
    expect(granted(xml, "#")).toEqual({});
    expect(xml).not.toContain('<security-setting match="none">');
    // The most precise match counts alone
    for (const setting of xml.match(/<security-setting .*?<\/security-setting>/gs)!) {
        expect(setting.match(/roles="amq[",]/g)).toHaveLength(10);
    }
});

test("the arguments reach their elements, and markup in them stays text", () => {
    const xml = brokerXml({
        queues: ["a<&>\"'b"],
        name: "b&c",
        port: 5000,
        dataDir: "/data",
        maxAddressBytes: 1,
        maxGlobalBytes: 2,
        journalBufferTimeoutNs: 3,
    });
    expect(element(xml, "name")).toBe("b&amp;c");
    expect(xml).toContain(`<queue name="a&lt;&amp;&gt;&quot;'b"/>`);
    expect(xml).toContain("tcp://0.0.0.0:5000?protocols=CORE,AMQP,");
    expect(element(xml, "journal-directory")).toBe("/data/journal");
    expect(element(xml, "max-size-bytes")).toBe("1");
    expect(element(xml, "global-max-size")).toBe("2");
    expect(element(xml, "journal-buffer-timeout")).toBe("3");
});

test("the console is at one address, by https with the broker's key, and its users are those of the broker", () => {
    const xml = bootstrapXml({ consolePort: 8161 });
    expect(xml.match(/<binding [^>]*>/g)).toEqual([
        '<binding name="artemis" uri="https://0.0.0.0:8161" keyStorePath="/run/secrets/connect-cdc-tls/store.p12" ' +
            'keyStoreType="PKCS12" keyStorePassword="connect-cdc" includedTLSProtocols="TLSv1.2,TLSv1.3">',
    ]);
    expect(xml).toContain('<jaas-security domain="activemq"/>');
    expect(xml).toContain('<server configuration="file:/var/lib/artemis-instance/etc/broker.xml"/>');
});
