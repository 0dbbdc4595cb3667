import { Agent } from "node:https";
import { join } from "node:path";
import { connectEngine } from "@connect-cdc/docker-engine";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listDockerObjects } from "../../cli/stack/dockerObjects";
import { credentialsOf, type StackOutputs } from "../../cli/stack/stackOutputs";
import { publishedPorts } from "../../config/checks/ports";
import { parseConfig } from "../../config/load";
import { preflight } from "../../preflight/preflight";
import { clusterView, unhealthyPartitions } from "../../servers/kafka";
import { done, pending, waitFor } from "../../servers/wait";
import { PROJECT } from "../../tools/project";
import { jmsClient, kafkaTool, runPrinted } from "../support/clients/printedCommands";
import { untilWell } from "../support/faults/serverFaults";
import { NumberedRows } from "../support/rows/numberedRows";
import { KEPT } from "../support/rows/rowAccount";
import { soakRounds } from "../support/soakOptions";
import { setState } from "../support/stack/connectorState";
import { Pipeline } from "../support/stack/pipeline";
import { processTextsDuring } from "../support/stack/processTexts";
import { TestStack } from "../support/stack/stack";
import { known, readStatus } from "../support/stack/statusRun";
import { DockerHosts, whyNoHosts } from "./dockerHosts";
import { furtherHostFaults, hostFaults } from "./hostFaults";
import { askFromContainer, credentialsFolder, keyFiles, leaksIn, openingsIn, portsOnHosts } from "./security";

const reason = whyNoHosts();
if (reason !== undefined) process.stderr.write(`Tests on several Docker hosts are left out: ${reason}\n`);

const names = ["a", "b", "c"];
const soak = Boolean(process.env.SOAK);
/** Each way to an engine is used; the first host builds the images. The long tests go by ssh alone. */
const ways = soak ? (["ssh", "ssh", "ssh"] as const) : (["ssh", "tcp", "unix"] as const);
/** Longest time that one fault of a host takes, until all rows have arrived. */
const FAULT_SECONDS = 180;
const isTimeLeft = soak ? soakRounds(FAULT_SECONDS) : () => true;
/** The captured table's topic. */
const TOPIC = "localhost.cdc.customers";

describe.skipIf(reason !== undefined)("three Docker hosts", () => {
    let hosts: DockerHosts;
    let stack: TestStack;
    let outputs: StackOutputs;
    let pipeline: Pipeline | undefined;

    beforeAll(async () => {
        hosts = await DockerHosts.make(names.length);
        vi.stubEnv("PATH", hosts.path());
        stack = await TestStack.create();
        const { kafka, connect, database, jmsBroker, registry } = stack.config();
        const addressed = names.map((name, i) => {
            const address = hosts.address(i + 1);
            return [name, { ...hosts.engine(i + 1, ways[i]!), advertisedAddress: address, bindAddress: address }];
        });
        stack.configure({
            hosts: { local: null, ...Object.fromEntries(addressed) },
            security: { protectData: true },
            kafka: {
                ...kafka,
                users: {
                    app: {
                        allow: [
                            { topic: TOPIC, operations: ["Read"] },
                            { group: "app*", operations: ["Read"] },
                        ],
                    },
                },
            },
            database: { ...database, placement: ["b"] },
            jmsBroker: {
                ...jmsBroker,
                placement: ["a"],
                users: { viewer: { allow: [{ address: "CustomersJSON", operations: ["browse"] }] } },
            },
            connect: { ...connect, format: "avro" },
            // The instance that clients ask first is on the host that loses its power
            registry: { ...registry, instances: 2, placement: ["c", "b"] },
        });
        await stack.up();
        outputs = await stack.outputs();
        pipeline = await Pipeline.connect(outputs);
    });

    afterAll(async () => {
        await pipeline?.close();
        await stack?.dispose();
        vi.unstubAllEnvs();
        await hosts?.remove();
    });

    /** What each host's own engine has, asked at its own socket. */
    const onEachHost = <T>(ask: (engine: { endpoint: string }) => Promise<T>) =>
        Promise.all(names.map((_, i) => ask(hosts.engine(i + 1, "unix"))));

    const membersOn = async (engine: { endpoint: string }) =>
        (await listDockerObjects(stack.handle.name, engine))
            .filter(({ kind, running }) => kind === "container" && running)
            .map(({ name }) => name.replace(`${PROJECT}-${stack.handle.name}-`, ""))
            .sort();

    it("have each the members that belong there", async () => {
        expect(await onEachHost(membersOn)).toEqual([
            ["artemis", "connect-0", "kafka-0", "zookeeper-0"],
            ["connect-1", "kafka-1", "postgres", "registry-1", "zookeeper-1"],
            ["connect-2", "kafka-2", "registry-0", "zookeeper-2"],
        ]);
    });

    it("have one image id everywhere, and only the images that their members need", async () => {
        const images = await onEachHost(async (engine) => {
            const found = await connectEngine(engine).listImages();
            const tags = found.map(({ Id, RepoTags }) => [/\/(\w+):/.exec(RepoTags?.[0] ?? "")?.[1] ?? "untagged", Id]);
            return Object.fromEntries(tags) as Record<string, string>;
        });
        const [a, b, c] = images.map((image) => Object.keys(image).sort());
        expect(a).toEqual(["artemis", "base", "connect", "jre", "postgres", "registry", "runtime"]);
        expect(b).toEqual(["connect", "postgres", "registry", "runtime"]);
        expect(c).toEqual(["connect", "registry", "runtime"]);
        for (const copies of images.slice(1)) expect(images[0]).toMatchObject(copies);
    });

    it("let rows flow into both queues", async () => {
        await pipeline!.passMarker(120);
    });

    it("have brokers that are reachable at their advertised addresses", async () => {
        const advertised = names.map((_, i) => ({
            id: i,
            host: hosts.address(i + 1),
            port: stack.handle.ports.tls.operator + i,
        }));
        for (const address of outputs.addresses.kafka) {
            const view = await clusterView(address, credentialsOf(outputs));
            expect(view.brokers.map(({ id, host, port }) => ({ id, host, port }))).toEqual(advertised);
            // Replicas in sync: the brokers reach each other, too
            expect(unhealthyPartitions(view)).toEqual([]);
        }
    });

    it("forward REST calls among their workers: each one creates a connector, and another removes it", async () => {
        const [first = ""] = outputs.restUrls;
        const httpsAgent = new Agent(credentialsOf(outputs));
        const { data: config } = await axios.get<object>(`${first}/connectors/json-jms-sink/config`, { httpsAgent });
        for (const [i, url] of outputs.restUrls.entries()) {
            const name = `made-by-${i}`;
            const body = { name, config: { ...config, name }, initial_state: "STOPPED" };
            expect((await axios.post(`${url}/connectors`, body, { httpsAgent })).status).toBe(201);
            const other = outputs.restUrls[(i + 1) % names.length]!;
            expect((await axios.delete(`${other}/connectors/${name}`, { httpsAgent })).status).toBe(204);
        }
    });

    it("are all in status, which finds no problem", async () => {
        const { findings, report } = await readStatus(stack);
        expect(findings).toEqual([]);
        expect(report.engines.map(({ name, answer }) => [name, answer.ok])).toEqual(names.map((name) => [name, true]));
        const modes = report.zookeeper.map(({ answer }) => known(answer).mode);
        expect(modes.sort()).toEqual(["follower", "follower", "leader"]);
    });

    it("show the logs of their members in one sequence", async () => {
        const { code, stdout, stderr } = await stack.npmRun("logs", "zookeeper", "--tail", "5");
        expect(code, stderr).toBe(0);
        const members = new Set(stdout.split("\n").map((line) => line.split(" ")[0]));
        expect([...members].filter(Boolean).sort()).toEqual(["zookeeper-0", "zookeeper-1", "zookeeper-2"]);
    });

    it("are checked by preflight one by one: disk space, and the processes on their ports", async () => {
        // Port 22 of the first host is its SSH server's; of an engine behind tcp:// the disk cannot be seen
        const { connect, ...others } = stack.config();
        const config = parseConfig({ ...others, connect: { ...connect, tlsPort: 22, workers: 1 } });
        const faults = await preflight(config, { project: PROJECT, stack: "another" }, { neededDiskGib: 1e9 });
        const disk = (host: string) => expect.stringMatching(`^hosts\\.${host}: .* GiB are free`);
        for (const [i, name] of names.entries()) {
            const seen = ways[i] === "tcp" ? expect(faults).not : expect(faults);
            seen.toContainEqual(disk(name));
        }
        expect(faults).toContainEqual(
            expect.stringMatching(/^connect\.tlsPort: ports of \S+ are in use on host a: 22 by a process of that host/),
        );
        for (const [i, name] of names.entries()) {
            const holder = `host ${name}: \\d+ by container \\S+-kafka-${i} \\(of stack ${stack.handle.name}`;
            expect(faults).toContainEqual(expect.stringMatching(`^kafka\\.operatorPort: .*${holder}`));
        }
    });

    describe("with TLS, which is their default,", () => {
        /** What `npm run credentials` printed, by what the client is for. */
        const printed: Record<string, string[]> = {};
        const texts: Record<string, [text: string, control: string]> = {};

        it("have no port that is open to others, from outside or on the containers' networks", async () => {
            const config = parseConfig(stack.config());
            const ports = await portsOnHosts(stack, config, hosts, names.length);
            const published = ports.flat().filter(({ via }) => via === undefined);
            expect(published.map(({ port }) => port).sort()).toEqual(
                publishedPorts(config)
                    .map(({ port }) => port)
                    .sort(),
            );
            // ZooKeeper's followers leave their port for followers alone
            const { quorum } = stack.handle.ports;
            const idle = published.filter(({ listens }) => !listens).map(({ port }) => port - quorum);
            expect(idle).toHaveLength(names.length - 1);
            expect(idle.every((i) => i >= 0 && i < names.length)).toBe(true);
            expect(await openingsIn(ports, stack, outputs)).toEqual([]);
        });

        it("have workers that answer no other container without a certificate of theirs or the operator's", async () => {
            const engine = connectEngine(hosts.engine(3, "unix"));
            const answers = await askFromContainer(engine, stack, "registry-0", "connect-2", 8443);
            expect(answers.withCertificate).toContain("The certificate of registry has no rights here");
            expect(answers.withoutCertificate).toMatch(/alert|errno|unexpected eof|reset/i);
            expect(answers.withoutCertificate + answers.plain).not.toContain("HTTP/1");
        });

        it("have keys that only their servers' users can read", async () => {
            const members = await keyFiles(stack, hosts, names.length);
            expect(members).toHaveLength(13);
            for (const { name, user, files } of members) {
                const expected = ["ca.pem", "cert.pem", "key.pem", "store.p12"];
                expect(user, name).not.toBe("0");
                expect(files, name).toEqual(expected.map((file) => `400 ${user} ${file}`));
            }
        });

        it("give credentials to clients, without a secret on the screen or in a command", async () => {
            const purposes = { "kafka-client": ["--user", "app"], rest: [], psql: [], jms: ["--user", "viewer"] };
            const processes = await processTextsDuring(() =>
                Promise.all(
                    Object.entries(purposes).map(async ([purpose, more]) => {
                        const options = ["--for", purpose, "--folder", credentialsFolder(stack, purpose), ...more];
                        const { code, stdout, stderr } = await stack.npmRun("credentials", ...options);
                        expect(code, stderr).toBe(0);
                        printed[purpose] = stdout.split("\n");
                        texts[`npm run credentials -- --for ${purpose}`] = [stdout + stderr, "Written into"];
                    }),
                ),
            );
            texts["processes"] = [processes.join("\n"), "PULUMI_BACKEND_URL="];
        });

        it("serve Kafka's own tools and kcat: the user's topics, and nothing else", async () => {
            const lines = printed["kafka-client"]!;
            const kcat = (more: string) => runPrinted(lines, "kcat", more);
            const read = "-C -e -q -o beginning -t";
            expect(await kcat(`${read} ${TOPIC}`)).toMatchObject({
                code: 0,
                output: expect.stringContaining("marker"),
            });
            expect(await kcat(`${read} my-connect-configs`)).toMatchObject({
                code: 1,
                output: expect.stringContaining("Topic authorization failed"),
            });
            expect(await kcat("-X sasl.password=wrong")).toMatchObject({
                code: 1,
                output: expect.stringContaining("Authentication failed"),
            });
            const listed = await runPrinted(lines, "kafka-topics.sh");
            expect(listed.output.match(/^[\w.-]+$/gm)).toEqual([TOPIC]);
            const server = `--bootstrap-server ${outputs.addresses.kafkaUsers!.join(",")}`;
            const file = `--consumer.config ${join(credentialsFolder(stack, "kafka-client"), "client.properties")}`;
            const range = "--group app --from-beginning --max-messages 1 --timeout-ms 40000";
            const consumed = await kafkaTool(
                "kafka-console-consumer.sh",
                `${server} ${file} --topic ${TOPIC} ${range}`,
            );
            expect(consumed).toMatchObject({ code: 0, output: expect.stringContaining("a total of 1 messages") });
        });

        it("serve psql, curl and a JMS client", async () => {
            const count = await runPrinted(printed["psql"]!, "psql", "-tAwc 'select count(*) > 0 from cdc.customers'");
            expect(count).toEqual({ code: 0, output: "t\n" });
            const connectors = await runPrinted(printed["rest"]!, "curl", "-fsS");
            expect(connectors).toMatchObject({ code: 0, output: expect.stringContaining('"json-jms-sink"') });
            const { code, output } = await jmsClient(credentialsFolder(stack, "jms"), "CustomersJSON", "browse");
            expect({ code, output }).toMatchObject({
                code: 0,
                output: expect.stringContaining("browsed CustomersJSON"),
            });
        });

        it("change nothing at the next up", async () => {
            const { code, output } = await stack.pulumi("preview", "--expect-no-changes", "--diff");
            expect(code, output).toBe(0);
            texts["pulumi preview --diff"] = [output, "unchanged"];
        });

        it("have keys and passwords nowhere in plain text", async () => {
            const { stdout } = await stack.npmRun("logs", "--tail", "all");
            texts["npm run logs"] = [stdout, "kafka-0"];
            expect(await leaksIn(stack, outputs, hosts, names.length, texts)).toEqual([]);
        });
    });

    describe("one of which has lost its power", () => {
        beforeAll(() => hosts.cutPower(3));
        afterAll(() => hosts.boot(3));

        it("continue to deliver", async () => {
            await pipeline!.passMarker(180);
        });

        it("name it in status", async () => {
            const { findings, report } = await readStatus(stack);
            expect(report.engines.map(({ answer }) => answer.ok)).toEqual([true, true, false]);
            expect(findings.map(({ key }) => key)).toContain("engine:c");
        });

        it("name it before anything is changed", async () => {
            const { code, output } = await stack.tryUp();
            expect(code).not.toBe(0);
            expect(output).toContain(
                `hosts.c.endpoint = ${hosts.engine(3, ways[2]).endpoint}: no Docker engine answers`,
            );
            expect(output).not.toContain("hosts.a");
        });
    });

    it("are healthy again when it is back, without manual work", async () => {
        const check = async () => {
            const { findings } = await readStatus(stack);
            return findings.length === 0 ? done() : pending(findings.map(({ key }) => key).join(", "));
        };
        await waitFor(check, { what: "the stack to be well again", timeoutSeconds: 300, intervalSeconds: 2 });
        expect(await stack.preview()).toEqual([]);
        await pipeline!.passMarker(120);
    });

    /** Accounts for rows that are committed while something happens, with connections of its own. */
    async function keepRows(name: string, happen: () => Promise<void>) {
        await pipeline?.close();
        pipeline = await Pipeline.connect(outputs);
        const rows = await NumberedRows.start(pipeline);
        await rows.untilCommitted(20);
        await rows.untilCaughtUp();
        await happen();
        await rows.untilCommitted(20, 300);
        await untilWell({ stack: stack.handle.name, outputs }, 300);
        const { json, xml } = await rows.account(300);
        console.log(
            `${name}: ${rows.commits.length} commits; repeated ${json.duplicates} (JSON) and ${xml.duplicates} (XML); ` +
                `longest pause ${json.pauseSeconds.toFixed(1)} s and ${xml.pauseSeconds.toFixed(1)} s`,
        );
        expect(json).toMatchObject(KEPT);
        expect(xml).toMatchObject(KEPT);
    }

    it.for(soak ? [...hostFaults, ...furtherHostFaults] : hostFaults)(
        "lose no row, without manual work, when $name",
        ({ name, inflict }, { skip }) => {
            skip(!isTimeLeft(), "no time is left");
            return keepRows(name, () => inflict(hosts));
        },
    );

    it.runIf(soak)(
        "run a stack with an external database and JMS broker, and create nothing for them",
        async ({ skip }) => {
            skip(!isTimeLeft(), "no time is left");
            const second = await TestStack.create();
            const setSinks = async (action: "stop" | "resume", state: "STOPPED" | "RUNNING") => {
                for (const sink of ["json-jms-sink", "xml-jms-sink"]) {
                    await setState(outputs.restUrls[0]!, sink, action, state, credentialsOf(outputs));
                }
            };
            const objects = () => onEachHost((engine) => listDockerObjects(second.handle.name, engine));
            try {
                const { zookeeper, kafka, connect } = second.config();
                const { database, tls } = stack.handle.ports;
                second.configure({
                    hosts: stack.config().hosts,
                    zookeeper: { ...zookeeper, servers: 1, placement: ["a"] },
                    kafka: { ...kafka, brokers: 1, placement: ["b"] },
                    connect: { ...connect, workers: 2, placement: ["c", "a"] },
                    database: { managed: false, host: hosts.address(2), port: database, ca: outputs.ca },
                    jmsBroker: { managed: false, url: `tcp://${hosts.address(1)}:${tls.jmsBroker}`, ca: outputs.ca },
                    connectors: { "dbz-source": { config: { "slot.name": "second" } } },
                });
                await second.setSecret("database-password", outputs.database.password);
                await second.setSecret("jms-password", outputs.jmsBroker.password);
                await second.up();
                expect(await second.preview()).toEqual([]);
                const names = (await objects()).map((found) => found.map(({ name }) => name).join(" "));
                for (const [i, member] of ["zookeeper-0", "kafka-0", "connect-0"].entries()) {
                    expect(names[i]).toContain(member);
                }
                expect(names.join(" ")).not.toMatch(/postgres|artemis/);
                const { findings, report } = await readStatus(second);
                expect(findings).toEqual([]);
                expect([report.database, report.jmsBroker]).toEqual([null, null]);

                // What comes out of the queues now can only have come through the second stack
                await setSinks("stop", "STOPPED");
                await keepRows("a stack with a database and a JMS broker of others", async () => undefined);
                await second.destroy();
                expect((await objects()).flat()).toEqual([]);
            } finally {
                await second.dispose();
                await setSinks("resume", "RUNNING");
            }
        },
    );

    const stop = () => stack.npmRun("stop", "--config-file", stack.target.configFile!);

    it("keep their data from a stop while it is protected", async () => {
        // Volumes of secrets are removed: all that they hold is in the state, too
        const dataVolumes = async (engine: { endpoint: string }) =>
            (await listDockerObjects(stack.handle.name, engine))
                .filter(({ kind, name }) => kind === "volume" && name.endsWith("-data"))
                .map(({ name }) => name)
                .sort();
        const before = await onEachHost(dataVolumes);
        expect(before.map(({ length }) => length)).toEqual([3, 3, 2]);
        const { code, stdout, stderr } = await stop();
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("protect");
        expect(await onEachHost(dataVolumes)).toEqual(before);
    });

    it("hold nothing of a stack that was stopped", async () => {
        await stack.unprotect();
        const { code, stdout, stderr } = await stop();
        expect(code, stdout + stderr).toBe(0);
        const left = await onEachHost((engine) => listDockerObjects(stack.handle.name, engine));
        expect(left.flat()).toEqual([]);
    });
});
