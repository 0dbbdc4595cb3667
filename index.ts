import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./components/connectCluster";
import { Connector } from "./components/connector";
import { DockerHost } from "./components/dockerHost";
import { GeneratedSecret } from "./components/generatedSecret";
import { Image, ImageRole, stageImages } from "./components/image";
import { JmsBroker } from "./components/jmsBroker";
import { KafkaCluster } from "./components/kafkaCluster";
import { SourceDatabase } from "./components/sourceDatabase";
import { ZookeeperEnsemble } from "./components/zookeeperEnsemble";
import { loadConfig, loadSecrets } from "./config";
import { completeConnector } from "./connectorConfigs/completeConnector";
import { preflight } from "./preflight";

export = async () => {
    const config = loadConfig();
    await preflight(config);

    const hosts = Object.entries(config.hosts).map(([name, args]) => new DockerHost(name, args));

    const staged = stageImages({
        kafkaVersion: config.kafka.version,
        zookeeperVersion: config.zookeeper.version,
        artemisVersion: config.jmsBroker.version,
        plugins: config.connect.plugins,
    });
    const image = (role: ImageRole, parentImage?: Image) =>
        new Image(`image-${role}`, { role, staged: staged.images[role], parentImage, hosts });
    const base = image("base");
    const jre = image("jre", base);
    const runtime = image("runtime", jre);

    const given = loadSecrets();
    const password = (name: string): pulumi.Output<string> =>
        config.secretNames.includes(name) ? given.apply((values) => values[name]!) : new GeneratedSecret(name).value;
    const databasePassword = password(config.database.passwordSecret);
    const jmsPassword = password(config.jmsBroker.passwordSecret);
    const secrets = pulumi.all([given, databasePassword, jmsPassword]).apply(([values, database, jms]) => ({
        ...values,
        [config.database.passwordSecret]: database,
        [config.jmsBroker.passwordSecret]: jms,
    }));

    const { protectData } = config.security;
    const database = config.database.managed
        ? new SourceDatabase("postgres", {
              ...config.database,
              hosts,
              image: image("postgres", base),
              password: databasePassword,
              protectData,
          })
        : undefined;
    const jmsBroker = config.jmsBroker.managed
        ? new JmsBroker("artemis", {
              ...config.jmsBroker,
              hosts,
              image: image("artemis", jre),
              password: jmsPassword,
              protectData,
          })
        : undefined;
    const zookeeper = new ZookeeperEnsemble("zookeeper", { ...config.zookeeper, hosts, image: runtime, protectData });
    const kafka = new KafkaCluster("kafka", { ...config.kafka, hosts, image: runtime, zookeeper, protectData });
    const connect = new ConnectCluster("connect", {
        ...config.connect,
        hosts,
        image: image("connect", runtime),
        kafka,
        plugins: staged.plugins,
        secrets,
    });
    return { hosts, connect };
};
