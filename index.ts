import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./components/connectCluster";
import { connectorSecrets, declareConnectors, declaredStates } from "./components/connectors";
import { DockerHost, engines } from "./components/dockerHost";
import { Image } from "./components/image";
import { JmsBroker } from "./components/jmsBroker";
import { KafkaCluster } from "./components/kafkaCluster";
import { SourceDatabase } from "./components/sourceDatabase";
import { stackSecrets } from "./components/stackSecrets";
import { Watch } from "./components/watch";
import { ZookeeperEnsemble } from "./components/zookeeperEnsemble";
import { loadSecrets } from "./config/load";
import type { ImageRole } from "./images/staging/contract";
import { warnOfCapturedTables } from "./preflight/capturedTables";
import { prepare } from "./preflight/prepare";

export = async () => {
    const { config, staged, keptConnectors } = await prepare();

    const hosts = Object.entries(config.hosts).map(([name, args]) => new DockerHost(name, args));
    let after: Image | undefined;
    const image = (role: ImageRole, parentImage?: Image) =>
        (after = new Image(`image-${role}`, {
            role,
            staged: staged.images[role]!,
            parentImage,
            after,
            host: hosts[0]!,
        }));
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
        secrets: connectorSecrets(config.completedConnectors, secrets),
        keptConnectors,
        metricsPort: metrics?.connectPort,
    });
    const ready = [connect.ready, database?.ready, jmsBroker?.ready].filter((server) => server !== undefined);
    const connectors = declareConnectors({
        connectors: config.completedConnectors,
        connect,
        database,
        ready,
        secrets,
        stopGraceSeconds: config.connect.stopGraceSeconds,
    });
    warnOfCapturedTables(config, {
        address: database?.address ?? `${config.database.host}:${config.database.port}`,
        password: secrets[databaseSecret]!,
    });

    if (config.watch.enabled) {
        new Watch(
            "watch",
            {
                ...config.watch,
                hosts,
                image: image("watch", base),
                zookeeper,
                kafka,
                connect,
                connectors: declaredStates(config.completedConnectors),
                secrets: Object.values(secrets),
                database: database && { ...config.database, server: database, password: secrets[databaseSecret]! },
                jmsBroker: jmsBroker && { ...config.jmsBroker, server: jmsBroker, password: secrets[jmsSecret]! },
            },
            { dependsOn: ready },
        );
    }

    return {
        ...engines(hosts),
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
        ...(metrics && {
            prometheusTargets: pulumi
                .all([zookeeper.metricsTargets, kafka.metricsTargets, connect.metricsTargets])
                .apply((roles) => roles.flat()),
        }),
        // what status takes out of the traces that it shows
        secrets: pulumi.secret(pulumi.all(secrets)),
        restUrls: connect.restUrls,
        plugins: connect.plugins,
        connectors,
    };
};
