// A feed on stdin → the events that ical.js sees, as JSON. Argument: the folder whose node_modules has ical.js.
// ical.js reads zones from the feed's own VTIMEZONEs; it knows no others.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const resolve = createRequire(join(process.argv[2], "package.json")).resolve;
const loaded = await import(pathToFileURL(resolve("ical.js")));
const ICAL = loaded.default.parse ? loaded.default : loaded.default.default;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const rows = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    starts: event.startDate.toUnixTime(),
    ends: event.endDate.toUnixTime(),
    uid: event.uid,
    summary: event.summary,
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
    location: event.location ?? "",
    description: event.description ?? "",
    url: component.getFirstPropertyValue("url") ?? "",
  };
});
console.log(JSON.stringify(rows));
