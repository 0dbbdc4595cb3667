import { acceptsPlain, acceptsTls, STORE_PASSWORD, TLS_FILES, type TlsMode } from "./tls";

/** Content of Artemis' `broker.xml`. Facts: ActiveMQ Artemis manual, "Configuration Reference". */
export interface BrokerXml {
    /** Durable anycast queues that exist from the start, each at an address of its own name. */
    queues: string[];
    /** Multicast addresses that exist from the start: JMS topics. Default none. */
    topics?: string[];
    /** Name of the broker; part of the names of its management objects. Default `artemis`. */
    name?: string;
    /** Port for clients without TLS, in the mode `require` on the container's loopback only. Default 61616. */
    port?: number;
    /** TLS of the broker. Default `off`. */
    mode?: TlsMode;
    /** Port for clients with TLS, on all addresses of the container. Default 61617. */
    tlsPort?: number;
    /** PKCS12 file with the broker's key. Default: that of the stack. */
    store?: string;
    /** Folder of the journal. Default `/var/lib/artemis/data`. */
    dataDir?: string;
    /** What users may do, by name, beside the operator. Default: no other user may do anything. */
    rules?: Record<string, JmsRule[]>;
    /** Messages of one address kept in memory, bytes; the rest is paged to disk. Default 10 MiB. */
    maxAddressBytes?: number;
    /** Messages of all addresses kept in memory, bytes; the rest is paged to disk. Default 48 MiB, for a heap of 384 MiB. */
    maxGlobalBytes?: number;
    /**
     * How long a write waits for others to share one sync of the disk, ns. Default 0: a sink commits once per batch, and
     * each commit waits for this (with Artemis' own 3.3 ms a single-message sender was three times slower).
     */
    journalBufferTimeoutNs?: number;
}

/**
 * Operations on an address. `send`: to its queue, or to the subscribers of a topic. `consume`: take messages from its queue, or
 * subscribe to a topic. `browse`: read messages, which stay in the queue.
 */
export const JMS_OPERATIONS = ["send", "consume", "browse"] as const;

/** What a user may do with an address. */
export interface JmsRule {
    /** Name of a queue or a topic, or with a trailing `*` the beginning of names. */
    address: string;
    operations: (typeof JMS_OPERATIONS)[number][];
}

/** Role of the operator, who has all permissions, in `management.xml` and at the console; `WriteUsers.java` gives it. */
const OPERATOR_ROLE = "amq";

/** Folder of the broker's settings in its container. */
export const ARTEMIS_ETC = "/var/lib/artemis-instance/etc";

const DEAD_LETTERS = "DLQ";
const EXPIRED = "ExpiryQueue";
/** Queues that each broker has. */
export const OWN_QUEUES = [DEAD_LETTERS, EXPIRED];
const MIB = 1024 * 1024;

/** Renders `broker.xml`: persistent, all protocols on one port, login required, queues and topics by config only. */
export function brokerXml(args: BrokerXml): string {
    const { name = "artemis", dataDir = "/var/lib/artemis/data" } = args;
    const queues = [...new Set([...args.queues, ...OWN_QUEUES])];
    return `<?xml version="1.0" encoding="UTF-8"?>
<configuration xmlns="urn:activemq">
    <core xmlns="urn:activemq:core">
        <name>${escape(name)}</name>

        <persistence-enabled>true</persistence-enabled>
        <journal-type>NIO</journal-type>
        <journal-datasync>true</journal-datasync>
        <journal-buffer-timeout>${args.journalBufferTimeoutNs ?? 0}</journal-buffer-timeout>
        <journal-min-files>2</journal-min-files>
        <journal-pool-files>10</journal-pool-files>
        <journal-file-size>10M</journal-file-size>
        <journal-directory>${escape(dataDir)}/journal</journal-directory>
        <bindings-directory>${escape(dataDir)}/bindings</bindings-directory>
        <paging-directory>${escape(dataDir)}/paging</paging-directory>
        <large-messages-directory>${escape(dataDir)}/large-messages</large-messages-directory>

        <!-- Without this a disk that is 90 % full (by whatever) would block every sender -->
        <max-disk-usage>-1</max-disk-usage>
        <global-max-size>${args.maxGlobalBytes ?? 48 * MIB}</global-max-size>

        <!-- A laptop that slept looks like a broker that hangs: say so in the log, but do not halt -->
        <critical-analyzer-policy>LOG</critical-analyzer-policy>

        <acceptors>
${acceptors(args).join("\n")}
        </acceptors>

        <security-settings>
${securitySettings(args, queues).join("\n")}
        </security-settings>

        <address-settings>
            <!-- Answers to management requests go to queues that clients make for themselves -->
            <address-setting match="activemq.management#">
                <auto-create-queues>true</auto-create-queues>
                <auto-create-addresses>true</auto-create-addresses>
            </address-setting>
            <address-setting match="#">
                <dead-letter-address>${DEAD_LETTERS}</dead-letter-address>
                <expiry-address>${EXPIRED}</expiry-address>
                <max-size-bytes>${args.maxAddressBytes ?? 10 * MIB}</max-size-bytes>
                <page-size-bytes>1M</page-size-bytes>
                <max-read-page-bytes>2M</max-read-page-bytes>
                <address-full-policy>PAGE</address-full-policy>
                <!-- A misspelt queue is an error of the sender, not a new queue that nobody reads -->
                <auto-create-queues>false</auto-create-queues>
                <auto-create-addresses>false</auto-create-addresses>
                <auto-delete-queues>false</auto-delete-queues>
                <auto-delete-addresses>false</auto-delete-addresses>
            </address-setting>
        </address-settings>

        <addresses>
${[...queues.map(anycastQueue), ...(args.topics ?? []).map(multicastAddress)].join("\n")}
        </addresses>
    </core>
</configuration>
`;
}

/** Content of Artemis' `bootstrap.xml`. */
export interface BootstrapXml {
    /** Port of the web console, on all addresses of the container. */
    consolePort: number;
    /** Folder of the broker's settings. Default `/var/lib/artemis-instance/etc`. */
    etc?: string;
    /** PKCS12 file with the broker's key. Default: that of the stack. */
    store?: string;
}

/**
 * Renders `bootstrap.xml` with the web console by https only. In other modes than `require` the file stays that of the image, by
 * `artemis create`, with http.
 *
 * Source: Artemis manual, "Embedded Web Server".
 */
export function bootstrapXml(args: BootstrapXml): string {
    const { consolePort, etc = ARTEMIS_ETC, store = TLS_FILES.store } = args;
    const tls = [
        `keyStorePath="${escape(store)}"`,
        'keyStoreType="PKCS12"',
        `keyStorePassword="${STORE_PASSWORD}"`,
        'includedTLSProtocols="TLSv1.2,TLSv1.3"',
    ];
    return `<?xml version="1.0" encoding="UTF-8"?>
<broker xmlns="http://activemq.apache.org/schema">
    <jaas-security domain="activemq"/>
    <server configuration="file:${escape(etc)}/broker.xml"/>
    <web path="web" rootRedirectLocation="console">
        <binding name="artemis" uri="https://0.0.0.0:${consolePort}" ${tls.join(" ")}>
            <app name="console" url="console" war="console.war"/>
        </binding>
    </web>
</broker>
`;
}

/** Source: Artemis manual, "Configuring the Transport". */
function acceptors({ port = 61616, mode = "off", tlsPort = 61617, store = TLS_FILES.store }: BrokerXml): string[] {
    const acceptor = (name: string, address: string, settings: string[]) => {
        const all = [...settings, ...ACCEPTOR_SETTINGS].join(";");
        return `            <acceptor name="${name}">tcp://${address}?${escape(all)}</acceptor>`;
    };
    const tls = [
        "sslEnabled=true",
        `keyStorePath=${store}`,
        "keyStoreType=PKCS12",
        `keyStorePassword=${STORE_PASSWORD}`,
        "enabledProtocols=TLSv1.2,TLSv1.3",
    ];
    return [
        // The health check needs it in each mode
        acceptor("all", `${acceptsPlain(mode) ? "0.0.0.0" : "127.0.0.1"}:${port}`, []),
        ...(acceptsTls(mode) ? [acceptor("tls", `0.0.0.0:${tlsPort}`, tls)] : []),
    ];
}

const ACCEPTOR_SETTINGS = [
    "protocols=CORE,AMQP,STOMP,MQTT,OPENWIRE",
    "supportAdvisory=false",
    "suppressInternalManagementObjects=true",
];

/** True when the rule is about the address. */
export function concerns({ address }: JmsRule, name: string): boolean {
    return address.endsWith("*") ? name.startsWith(address.slice(0, -1)) : name === address;
}

/**
 * Of several settings that match an address, the broker uses the most precise one alone. So each has the operator's role, too.
 *
 * Source: Artemis manual, "Authentication & Authorization".
 */
function securitySettings({ rules = {}, topics = [] }: BrokerXml, queues: string[]): string[] {
    const setting = (match: string, rolesOf: (type: string) => string[] = () => []) => {
        const lines = PERMISSIONS.map((type) => {
            const roles = [OPERATOR_ROLE, ...rolesOf(type)].join(",");
            return `                <permission type="${type}" roles="${escape(roles)}"/>`;
        });
        return [`            <security-setting match="${escape(match)}">`, ...lines, "            </security-setting>"];
    };
    const grants = (rule: JmsRule, address: string) =>
        concerns(rule, address) ? rule.operations.flatMap((one) => permissionsOf(one, topics.includes(address))) : [];
    const ofAddresses = [...queues, ...topics].flatMap((address) => {
        const granted = Object.entries(rules).map(
            ([user, ofUser]) => [user, ofUser.flatMap((rule) => grants(rule, address))] as const,
        );
        if (granted.every(([, types]) => types.length === 0)) return [];
        return setting(address, (type) =>
            granted.filter(([, types]) => types.includes(type)).map(([user]) => `user-${user}`),
        );
    });
    return [...setting("#"), ...ofAddresses];
}

/** A subscription to a topic is a queue, which its subscriber makes and removes. */
function permissionsOf(operation: JmsRule["operations"][number], isTopic: boolean): string[] {
    return operation === "consume" && isTopic ? ["consume", ...SUBSCRIPTIONS] : [operation];
}

const SUBSCRIPTIONS = ["createNonDurableQueue", "deleteNonDurableQueue", "createDurableQueue", "deleteDurableQueue"];

const PERMISSIONS = [...SUBSCRIPTIONS, "createAddress", "deleteAddress", "consume", "browse", "send", "manage"];

function anycastQueue(queue: string): string {
    const name = escape(queue);
    return `            <address name="${name}"><anycast><queue name="${name}"/></anycast></address>`;
}

function multicastAddress(topic: string): string {
    return `            <address name="${escape(topic)}"><multicast/></address>`;
}

function escape(text: string): string {
    const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
