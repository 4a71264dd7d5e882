// A feed on stdin → the events that node-ical sees, as JSON. Argument: the folder whose node_modules has node-ical.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ical = createRequire(join(process.argv[2], "package.json"))("node-ical");

// A property with parameters comes as {params, val}.
const text = (value) => (value && typeof value === "object" ? value.val : value) ?? "";

const rows = Object.values(ical.sync.parseICS(readFileSync(0, "utf8")))
  .filter((item) => item.type === "VEVENT")
  .map((event) => ({
    starts: event.start.getTime() / 1000,
    ends: event.end.getTime() / 1000,
    uid: event.uid,
    summary: text(event.summary),
    status: event.status,
    sequence: Number(event.sequence),
    location: text(event.location),
    description: text(event.description),
    url: text(event.url),
  }));
console.log(JSON.stringify(rows));
