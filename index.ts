import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./components/connectCluster";
import { Connector } from "./components/connector";
import { DockerHost } from "./components/dockerHost";
import { Image, ImageRole, readDefinitions, stageImages } from "./components/image";
import { JmsBroker } from "./components/jmsBroker";
import { KafkaCluster } from "./components/kafkaCluster";
import { SECRETS_FOLDER } from "./components/secretFiles";
import { SourceDatabase } from "./components/sourceDatabase";
import { stackSecrets } from "./components/stackSecrets";
import { Watch } from "./components/watch";
import { ZookeeperEnsemble } from "./components/zookeeperEnsemble";
import { judge, loadConfig, loadSecrets } from "./config";
import { completedConnectors } from "./configChecks/connectors";
import { definitionFaults } from "./configChecks/definitionFaults";
import { completeConnector } from "./connectorConfigs/completeConnector";
import { preflight } from "./preflight";

export = async () => {
    const config = loadConfig();
    judge(config.warnings);
    const staging = stageImages({
        kafkaVersion: config.kafka.version,
        zookeeperVersion: config.zookeeper.version,
        artemisVersion: config.jmsBroker.version,
        plugins: config.connect.plugins,
        ...(config.watch.enabled ? { watch: true } : {}),
    });
    // What the machine lacks is said first: it may be why staging fails.
    staging.catch(() => undefined);
    const lacks = await preflight(config, { project: pulumi.getProject(), stack: pulumi.getStack() });
    if (lacks.length > 0) throw new pulumi.RunError(`this machine is not ready:\n  ${lacks.join("\n  ")}`);
    const staged = await staging;
    judge(definitionFaults(completedConnectors(config), readDefinitions(staged)));

    const hosts = Object.entries(config.hosts).map(([name, args]) => new DockerHost(name, args));
    const image = (role: ImageRole, parentImage?: Image) =>
        new Image(`image-${role}`, { role, staged: staged.images[role], parentImage, hosts });
    const base = image("base");
    const jre = image("jre", base);
    const runtime = image("runtime", jre);

    const databaseSecret = config.database.passwordSecret;
    const jmsSecret = config.jmsBroker.passwordSecret;
    const secrets = stackSecrets({
        given: loadSecrets(),
        givenNames: config.secretNames,
        needed: [databaseSecret, jmsSecret],
    });

    const { protectData } = config.security;
    const metrics = config.metrics.enabled ? config.metrics : undefined;
    const database = config.database.managed
        ? new SourceDatabase("postgres", {
              ...config.database,
              hosts,
              image: image("postgres", base),
              password: secrets[databaseSecret]!,
              protectData,
          })
        : undefined;
    const jmsBroker = config.jmsBroker.managed
        ? new JmsBroker("artemis", {
              ...config.jmsBroker,
              hosts,
              image: image("artemis", jre),
              password: secrets[jmsSecret]!,
              protectData,
          })
        : undefined;
    const zookeeper = new ZookeeperEnsemble("zookeeper", {
        ...config.zookeeper,
        hosts,
        image: runtime,
        protectData,
        metricsPort: metrics?.zookeeperPort,
    });
    const kafka = new KafkaCluster("kafka", {
        ...config.kafka,
        hosts,
        image: runtime,
        zookeeper,
        protectData,
        metricsPort: metrics?.kafkaPort,
    });
    const connect = new ConnectCluster("connect", {
        ...config.connect,
        hosts,
        image: image("connect", runtime),
        kafka,
        plugins: staged.plugins,
        pluginDiscovery: staged.pluginDiscovery,
        secrets,
        metricsPort: metrics?.connectPort,
    });
    const platform = pulumi
        .all([
            database?.host ?? config.database.host!,
            database?.port ?? config.database.port,
            jmsBroker?.url ?? config.jmsBroker.url!,
        ])
        .apply(([host, port, url]) => ({
            secretsFolder: SECRETS_FOLDER,
            brokers: config.kafka.brokers,
            database: { ...config.database, host, port },
            jmsBroker: { ...config.jmsBroker, url },
        }));
    const servers = [connect.ready, database?.ready, jmsBroker?.ready].filter((ready) => ready !== undefined);
    const connectors = Object.entries(config.connectors).map(([name, entry]): [string, object] => {
        const complete = platform.apply((endpoints) => completeConnector(name, entry, endpoints));
        const { addDefaults, ...ofConnector } = entry;
        const connector = new Connector(
            name,
            {
                ...ofConnector,
                name,
                cluster: connect.groupId,
                restUrls: connect.restUrls,
                config: complete.config,
                secrets: complete.secretNames
                    .apply((names) => pulumi.all(names.map((secret) => [secret, secrets[secret]!])))
                    .apply(Object.fromEntries),
            },
            // Source, sinks and Connect are one stack: with the workers gone there is nothing to delete by REST.
            { dependsOn: servers, deletedWith: connect },
        );
        const { class: className, state: declaredState } = entry;
        return [name, { class: className, declaredState, state: connector.state, tasks: connector.tasks }];
    });

    if (config.watch.enabled) {
        const declared = Object.entries(config.connectors).map(([name, { state }]) => [name, state]);
        new Watch(
            "watch",
            {
                ...config.watch,
                hosts,
                image: image("watch", base),
                zookeeper,
                kafka,
                connect,
                connectors: Object.fromEntries(declared),
                database: database && { ...config.database, server: database, password: secrets[databaseSecret]! },
                jmsBroker: jmsBroker && { ...config.jmsBroker, server: jmsBroker, password: secrets[jmsSecret]! },
            },
            { dependsOn: servers },
        );
    }

    return {
        engines: Object.fromEntries(Object.entries(config.hosts).map(([name, { endpoint }]) => [name, endpoint])),
        addresses: {
            zookeeper: zookeeper.addresses,
            kafka: kafka.addresses,
            connect: connect.restUrls,
            postgres: database?.address,
            jmsBroker: jmsBroker?.address,
            jmsConsole: jmsBroker?.consoleUrl,
        },
        database: {
            address: database?.address,
            name: config.database.name,
            user: config.database.user,
            password: secrets[databaseSecret]!,
        },
        jmsBroker: {
            address: jmsBroker?.address,
            user: config.jmsBroker.user,
            password: secrets[jmsSecret]!,
            queues: config.jmsBroker.queues,
        },
        prometheusTargets:
            metrics &&
            pulumi
                .all([zookeeper.metricsTargets, kafka.metricsTargets, connect.metricsTargets])
                .apply((roles) => roles.flat()),
        restUrls: connect.restUrls,
        plugins: connect.plugins,
        connectors: Object.fromEntries(connectors),
    };
};
