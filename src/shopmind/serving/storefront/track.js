// The script that a shop's own pages report with: docs/how-to/measure-the-business.md
import { startTracking } from "./tracking.js";

const script = document.currentScript;
const settings = script ? script.dataset : {};
const base = new URL(settings.server || ".", script ? script.src : location.href);

window.shopmind = startTracking({ base, key: settings.key, user: settings.user, wait: settings.consent === "wait" });
