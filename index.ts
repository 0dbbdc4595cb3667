import { authOf } from "@connect-cdc/connector/client";
import { databaseUrl } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { buildImages } from "./components/buildImages";
import { declareSnapshots, declareTables } from "./components/capturedTables";
import { StackTls } from "./components/certificates/stackTls";
import { ConnectCluster } from "./components/connectCluster";
import { connectorOutputs, connectorSecrets, declareConnectors, declaredStates } from "./components/connectors";
import { DockerHost, engines } from "./components/dockerHost";
import { JmsBroker } from "./components/jmsBroker";
import { prometheusTargets } from "./components/jvm";
import { KafkaAccess } from "./components/kafkaAccess";
import { KafkaCluster } from "./components/kafkaCluster";
import { DATABASE_NAME, JMS_BROKER_NAME, REGISTRY_NAME } from "./components/render/serverAddresses";
import { OPERATOR } from "./components/render/tls";
import { SchemaRegistry } from "./components/schemaRegistry";
import { SourceDatabase } from "./components/sourceDatabase";
import { stackSecrets } from "./components/stackSecrets";
import { declareSubjects } from "./components/subjects";
import { Watch } from "./components/watch";
import { ZookeeperEnsemble } from "./components/zookeeperEnsemble";
import { loadSecrets } from "./config/load";
import { declaredAccess } from "./connectors/accessRules";
import { connectPasswordSecrets } from "./connectors/connectUsers";
import { authoritiesOf, registryLoginOf, registryUrlsOf, workerConverters } from "./connectors/endpoints";
import { runsRegistry } from "./connectors/formats";
import { declaredJmsAccess } from "./connectors/jmsAccess";
import { schemaWriters } from "./connectors/schemaWriters";
import { subjectLevels } from "./connectors/subjectLevels";
import { warnOfCapturedTables } from "./preflight/capturedTables";
import { warnOfFailoverSlots } from "./preflight/failoverSlots";
import { prepare } from "./preflight/prepare";

export = async () => {
    const { config, staged, keptConnectors } = await prepare();
    const { completedConnectors } = config;

    const access = config.tls === "off" ? undefined : declaredAccess(config);
    const jmsAccess = config.jmsBroker.managed ? declaredJmsAccess(config) : undefined;
    const restSecrets = config.tls === "off" ? undefined : connectPasswordSecrets(config);
    const userSecrets = [access?.passwordSecrets, jmsAccess?.passwordSecrets, restSecrets].flatMap((one) =>
        Object.values(one ?? {}),
    );
    const secrets = stackSecrets({
        given: loadSecrets(),
        givenNames: config.secretNames,
        needed: [config.database.passwordSecret, config.jmsBroker.passwordSecret, ...userSecrets],
    });
    const databaseArgs = { ...config.database, password: secrets[config.database.passwordSecret]! };
    const jmsPasswords = jmsAccess && passwordsOf(jmsAccess.passwordSecrets, secrets);
    const jmsOperator = jmsPasswords && { user: OPERATOR, password: jmsPasswords[OPERATOR]! };

    // Images
    const hosts = Object.entries(config.hosts).map(([name, args]) => new DockerHost(name, args));
    const images = buildImages({
        staged: staged.images,
        host: hosts[0]!,
        has: {
            postgres: config.database.managed,
            artemis: config.jmsBroker.managed,
            registry: runsRegistry(config),
            watch: config.watch.enabled,
        },
    });

    // Authorities and certificates
    const tls =
        config.tls === "off"
            ? undefined
            : new StackTls("tls", {
                  mode: config.tls,
                  authorities: config.security.authorities.map(({ name, cert, key }) => ({
                      name,
                      cert,
                      key: key && secrets[key.secret],
                  })),
                  certificateDays: config.security.certificateDays,
                  clients: Object.keys(config.security.clients),
                  restPassword: restSecrets && secrets[restSecrets[OPERATOR]!],
              });
    const credentials = tls?.credentials;

    // Servers of the stack's own, where config has no other ones
    const common = { hosts, tls, protectData: config.security.protectData };
    const database =
        images.postgres && new SourceDatabase(DATABASE_NAME, { ...databaseArgs, ...common, image: images.postgres });
    const jmsBroker =
        images.artemis &&
        jmsAccess &&
        new JmsBroker(JMS_BROKER_NAME, {
            ...config.jmsBroker,
            ...common,
            image: images.artemis,
            passwords: jmsPasswords!,
            rules: jmsAccess.rules,
        });

    // Platform
    const metrics = config.metrics.enabled ? config.metrics : undefined;
    const zookeeper = new ZookeeperEnsemble("zookeeper", {
        ...config.zookeeper,
        ...common,
        image: images.runtime,
        metricsPort: metrics?.zookeeperPort,
    });
    const kafka = new KafkaCluster("kafka", {
        ...config.kafka,
        ...common,
        image: images.runtime,
        zookeeper,
        metricsPort: metrics?.kafkaPort,
    });
    const kafkaAccess =
        access &&
        new KafkaAccess(
            "kafka-access",
            {
                ...access,
                targets: kafka.addresses,
                loginTargets: kafka.tlsAddresses,
                credentials,
                passwords: passwordsOf(access.passwordSecrets, secrets),
            },
            { dependsOn: kafka.ready },
        );
    const registryArgs = {
        ...config.registry,
        ...{ hosts, kafka, tls },
        writers: schemaWriters(config),
        after: kafkaAccess && [kafkaAccess],
    };
    const registry = images.registry && new SchemaRegistry(REGISTRY_NAME, { ...registryArgs, image: images.registry });
    const restUsers =
        restSecrets && Object.keys(config.connect.users).length > 0 ? passwordsOf(restSecrets, secrets) : undefined;
    const connect = new ConnectCluster("connect", {
        ...config.connect,
        restPasswords: restUsers,
        converters: workerConverters(config),
        hosts,
        image: images.connect,
        kafka,
        authorities: authoritiesOf(config),
        tls,
        after: kafkaAccess && [kafkaAccess],
        plugins: staged.plugins,
        pluginDiscovery: staged.pluginDiscovery,
        secrets: connectorSecrets(completedConnectors, secrets),
        keptConnectors,
        metricsPort: metrics?.connectPort,
    });

    // Subjects, captured tables and connectors
    const registryUrls = registry?.urls ?? (config.registry.url === undefined ? undefined : registryUrlsOf(config));
    const registryLogin = registryLoginOf(config);
    const registryPassword = registryLogin && secrets[registryLogin.passwordSecret]!;
    const subjects = declareSubjects(
        config.subjects,
        {
            registryUrls: registryUrls ?? [],
            auth: registry
                ? credentials && { tls: credentials.apply((one) => authOf(one).tls!) }
                : registryLogin && { basic: { username: registryLogin.user, password: registryPassword! } },
        },
        { dependsOn: registry?.ready, deletedWith: registry },
    );
    const { signalTable } = config.database;
    const tableArgs = { database, databaseCa: config.database.ca, signalTable, secrets };
    const tables = declareTables(config.tableLists, tableArgs);
    const ready = [connect.ready, database?.ready, jmsBroker?.ready, registry?.ready].filter(
        (server) => server !== undefined,
    );
    const connectors = declareConnectors(completedConnectors, {
        connect,
        credentials,
        database,
        databaseCa: config.database.ca,
        ready: [...ready, ...subjects],
        tables,
        subjectLevels: Object.fromEntries(completedConnectors.map((one) => [one.name, subjectLevels(one, config)])),
        secrets,
        stopGraceSeconds: config.connect.stopGraceSeconds,
    });
    declareSnapshots(config.tableLists, { ...tableArgs, connect, credentials, connectors });
    const databaseAddress = database?.address ?? `${config.database.host}:${config.database.port}`;
    const databaseAccess = pulumi
        .all([databaseAddress, databaseArgs.password, database?.ca ?? config.database.ca])
        .apply(([address, password, ca]) => ({
            url: databaseUrl({ address, database: config.database.name, user: config.database.user, password }),
            ca,
        }));
    warnOfCapturedTables(config, databaseAccess);
    warnOfFailoverSlots(config, databaseAccess);
    if (images.watch) {
        const watched = {
            zookeeper,
            kafka,
            connect,
            connectors: declaredStates(completedConnectors),
            database: database && { ...databaseArgs, server: database },
            registry,
            jmsBroker: jmsBroker && { ...jmsOperator!, queues: config.jmsBroker.queues, server: jmsBroker },
            secrets: Object.values(secrets),
            credentials,
        };
        new Watch("watch", { ...config.watch, ...watched, hosts, image: images.watch }, { dependsOn: ready });
    }

    // Outputs
    const { name, user, password } = databaseArgs;
    return {
        ...engines(hosts),
        addresses: {
            zookeeper: zookeeper.addresses,
            kafka: kafka.addresses,
            ...(tls && { kafkaUsers: kafka.tlsAddresses }),
            connect: connect.restUrls,
            postgres: database?.address,
            registry: registry?.addresses,
            jmsBroker: jmsBroker?.address,
            jmsConsole: jmsBroker?.consoleUrl,
        },
        database: { address: database?.address, name, user, password },
        jmsBroker: {
            address: jmsBroker?.address,
            user: config.jmsBroker.user,
            password: secrets[config.jmsBroker.passwordSecret],
            queues: config.jmsBroker.queues,
            operator: jmsOperator,
            users: jmsPasswords && pulumi.secret(pulumi.all(jmsPasswords)),
        },
        ...(metrics && {
            prometheusTargets: prometheusTargets([zookeeper, kafka, connect, ...(registry ? [registry] : [])]),
        }),
        tls: config.tls,
        ...(tls && { operator: tls.operator, ca: tls.ca, clients: pulumi.secret(pulumi.all(tls.clients)) }),
        ...(access && { kafkaUsers: pulumi.secret(pulumi.all(passwordsOf(access.passwordSecrets, secrets))) }),
        ...(restUsers && { connectUsers: pulumi.secret(pulumi.all(restUsers)) }),
        // Status removes these values from the traces that it shows
        secrets: pulumi.secret(pulumi.all(secrets)),
        restUrls: connect.restUrls,
        ...(registryUrls && { registryUrls }),
        ...(registryLogin && { registryLogin: { user: registryLogin.user, password: registryPassword } }),
        plugins: connect.plugins,
        connectors: connectorOutputs(completedConnectors),
    };
};

function passwordsOf(secretNames: Record<string, string>, secrets: Record<string, pulumi.Output<string>>) {
    return Object.fromEntries(Object.entries(secretNames).map(([user, name]) => [user, secrets[name]!]));
}
