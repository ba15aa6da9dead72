// What GET /model says: on top in a sentence, below with its scores.
import { ask } from "./sending.js";
import { element, name, one, round } from "./words.js";

const NAMED = 8; // classes in the sentence on top
const WORDS = {
  accuracy: "right",
  macro_f1: "macro F1",
  expected_accuracy: "right when changed as expected",
  expected_calibration_error: "calibration error",
};
const FITS = { pad: "framed to a square", crop: "cut to a square", stretch: "stretched to a square" };
const SHARE = /accuracy|f1|error|precision|recall|rate/;

let current = null;

/** What was read last, or null. */
export const model = () => current;

/** Reads and shows the model. Raises Failure when the service has none or does not answer. */
export async function readModel() {
  current = await ask("model");
  show(current);
}

function show(shown) {
  document.title = `${shown.name} · tinysight`;
  one("#which").replaceChildren(" · ", name(shown.name), ", version ", name(shown.version));
  const names = shown.class_names;
  const listed = names.slice(0, NAMED).flatMap((one, at) => [at ? ", " : "", name(one)]);
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  one("#knows").replaceChildren(`It knows ${names.length} classes: `, ...listed, `${rest}.`);
  one("#model .tiles").replaceChildren(...scores(inOrder(shown.metrics)).map(tile));
  one("#line").textContent = `The line across the bars is at ${round(shown.unknown_threshold)}: below it the answer is “not sure”.`;
  one("#line").hidden = !(shown.unknown_threshold > 0);
  one("#model .facts").replaceChildren(...facts(shown).flatMap(([term, said]) => pair(term, said)));
  one("#kept").hidden = shown.feedback !== true;
  one("#model").hidden = false;
}

/** The scores on test pictures first: nothing was chosen by them. */
const inOrder = (metrics) => (metrics?.test ? { test: metrics.test, ...metrics } : metrics);

/** [what, figure, note] of each score, of whatever depth: {test: {accuracy: 0.93, interval: [0.92, 0.94]}}. */
function scores(metrics, where = "") {
  if (typeof metrics !== "object" || metrics === null) return [];
  return Object.entries(metrics).flatMap(([key, value]) => {
    if (typeof value === "number") return [[label(key, where), figure(key, value), interval(key, metrics)]];
    return Array.isArray(value) ? [] : scores(value, key);
  });
}

const label = (key, where) => `${WORDS[key] ?? key.replaceAll("_", " ")}${where ? `, ${where} pictures` : ""}`;

const figure = (key, value) => (SHARE.test(key) && value >= 0 && value <= 1 ? round(value) : Number(value.toPrecision(3)).toLocaleString("en"));

function interval(key, { interval: found }) {
  const given = key === "accuracy" && Array.isArray(found) && found.length === 2 && found.every(Number.isFinite);
  return given ? `${round(found[0])} to ${round(found[1])}` : "";
}

function tile([what, figure, note]) {
  const made = element("div");
  made.append(element("dt", "", note ? `${what} (${note})` : what), element("dd", "", figure));
  return made;
}

function facts(shown) {
  const size = `${shown.image_size} × ${shown.image_size} pixels, ${FITS[shown.fit] ?? shown.fit}`;
  return [
    ["Name", shown.name],
    ["Version", shown.version],
    ...(typeof shown.promoted_at === "string" ? [["In production since", shown.promoted_at]] : []),
    ["Classes", shown.class_names.join(", ")],
    ["What it sees", size],
    ["File (sha256)", shown.sha256],
    ["Made from the data set", shown.dataset_digest],
  ];
}

function pair(term, said) {
  const value = element("dd");
  value.append(name(String(said)));
  return [element("dt", "", term), value];
}
