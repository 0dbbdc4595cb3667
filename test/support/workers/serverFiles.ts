import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KafkaLibraries, usesLog4j2 } from "./kafkaLibraries";

type Properties = Record<string, string | number>;

/** Arguments of `java` for one of Kafka's servers; writes its properties and logging settings into the folder. */
export function javaArgs(
    libraries: KafkaLibraries,
    folder: string,
    name: string,
    mainClass: string,
    properties: Properties,
): string[] {
    return [
        logging(libraries.version, folder),
        "-cp",
        libraries.classPath,
        mainClass,
        writeFileIn(folder, `${name}.properties`, properties),
    ];
}

/** Writes a properties file, or a text as it is. @returns its path. */
export function writeFileIn(folder: string, name: string, content: Properties | string): string {
    const file = join(folder, name);
    writeFileSync(file, typeof content === "string" ? content : render(content));
    return file;
}

function render(properties: Properties): string {
    return Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join("");
}

function logging(version: string, folder: string): string {
    return usesLog4j2(version)
        ? `-Dlog4j2.configurationFile=${writeFileIn(folder, "log4j2.properties", LOG4J2)}`
        : `-Dlog4j.configuration=file:${writeFileIn(folder, "log4j.properties", LOG4J)}`;
}

const PATTERN = "[%d] %p %m (%c) [%t]%n";

const LOG4J = `log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=${PATTERN}
log4j.logger.org.reflections=ERROR
log4j.logger.org.apache.kafka.clients=WARN
log4j.logger.io.debezium.metrics.stats.MeasurementCollector=ERROR
`;

const LOG4J2 = `rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=${PATTERN}
logger.clients.name=org.apache.kafka.clients
logger.clients.level=WARN
`;
