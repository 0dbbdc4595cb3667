import { Connector } from "@connect-cdc/connector";
import * as pulumi from "@pulumi/pulumi";

const secrets = new pulumi.Config().requireSecretObject<Record<"database" | "rest", string>>("secrets");

const orders = new Connector("orders", {
    name: "orders",
    cluster: "warehouse",
    restUrls: ["https://connect-a.example.com:8083", "https://connect-b.example.com:8083"],
    auth: { basic: { username: "deployer", password: secrets.rest } },
    class: "io.debezium.connector.postgresql.PostgresConnector",
    config: {
        "database.hostname": "db.example.com",
        "database.user": "debezium",
        "database.password": "${file:/opt/secrets.properties:database}",
        "database.dbname": "shop",
        "topic.prefix": "shop",
        "table.include.list": "public.orders",
    },
    secrets: { database: secrets.database },
});

export const topics = orders.topics;
