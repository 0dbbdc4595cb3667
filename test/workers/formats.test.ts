import { clients } from "./formats/clients";
import { FormatServers } from "./formats/formatServers";
import { logins } from "./formats/logins";
import { outages } from "./formats/outages";
import { writers } from "./formats/writers";

// The same servers for all of them: starting them takes longer than most tests.
const servers = new FormatServers();
outages(servers);
clients(servers);
writers(servers);
logins(servers);
