// One picture and what became of it: sent, busy, answered, refused.
import { classify, queue } from "./sending.js";
import { correction } from "./correction.js";
import { duration, element, name, one, percent, round } from "./words.js";

const SHOWN = 5; // bars before "show all"

export class Card {
  /** file: the picture. model: a function that gives GET /model's answer, or null. changed: told when the state changes. */
  constructor(file, title, { model, changed }) {
    Object.assign(this, { file, title, model, changed, state: "waiting", failure: null });
    this.item = one("#card").content.firstElementChild.cloneNode(true);
    this.stop = new AbortController();
    this.address = URL.createObjectURL(file);
    one(".name bdi", this.item).textContent = title;
    this.#preview();
    this.send();
  }

  send() {
    this.failure = null;
    this.#become("waiting", "Waiting…");
    this.item.ariaBusy = "true";
    this.#body(element("div", "soon"));
    queue(() => this.#ask());
  }

  /** Forgets the picture and what is still under way. */
  close() {
    this.stop.abort();
    URL.revokeObjectURL(this.address);
    this.item.remove();
  }

  /** What a screen reader is told. */
  get words() {
    return `${this.title}: ${one("h3", this.item).textContent}`;
  }

  async #ask() {
    if (this.stop.signal.aborted) return;
    const start = performance.now();
    one("h3", this.item).textContent = "Looking…";
    try {
      const answer = await classify(this.file, { signal: this.stop.signal, busy: (seconds) => this.#busy(seconds) });
      this.#answered(answer, performance.now() - start);
    } catch (error) {
      if (!this.stop.signal.aborted) this.#failed(error);
    }
  }

  // states: waiting, known, unknown, failed
  #become(state, heading, about = "") {
    this.state = state;
    this.item.dataset.state = state;
    one("h3", this.item).replaceChildren(heading);
    one(".about", this.item).textContent = about;
  }

  #body(...parts) {
    one(".body", this.item).replaceChildren(...parts);
  }

  #busy(seconds) {
    one("h3", this.item).textContent = "Waiting…";
    one(".about", this.item).textContent = `The service is busy. It is asked again in ${Math.ceil(seconds)}\u00a0s.`;
  }

  #answered(answer, ms) {
    const threshold = this.model()?.unknown_threshold;
    const heading = element("span");
    if (answer.unknown) heading.append(element("span", "unsure", "not sure: perhaps "));
    heading.append(name(answer.best_class));
    const sure = `${percent(answer.confidence)} sure`;
    const below = threshold === undefined ? "" : `, less than the ${round(threshold)} that this model asks for`;
    this.#become(answer.unknown ? "unknown" : "known", heading, answer.unknown ? sure + below : sure);
    const facts = element("p", "facts quiet", `${duration(ms)} · version `);
    facts.append(name(answer.model_version));
    const [list, ...more] = bars(answer.probabilities, threshold);
    const foot = element("div", "foot");
    foot.append(...more, ...correction(answer, this.model(), this.title), facts);
    this.#body(list, foot);
    this.#done(answer);
  }

  #failed(error) {
    this.failure = error;
    this.#become("failed", error.title ?? "This page has a fault");
    const again = element("button", "", "Try again");
    again.type = "button";
    again.addEventListener("click", () => this.send());
    this.#body(element("p", "detail", error.message), ...(error.again ? [again] : []));
    this.#done();
  }

  #done(answer = null) {
    this.item.ariaBusy = "false";
    this.changed(this, answer);
  }

  #preview() {
    const image = one("img", this.item);
    image.addEventListener("load", () => {
      image.classList.toggle("tiny", Math.max(image.naturalWidth, image.naturalHeight) < 100);
    });
    image.addEventListener("error", () => { image.hidden = true; one(".none", this.item).hidden = false; });
    image.alt = this.title;
    image.src = this.address;
  }
}

/** The probabilities, highest first; all but a few are folded. */
function bars(probabilities, threshold) {
  const sorted = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const list = element("ol", "bars");
  list.append(...sorted.map(([className, share], place) => bar(className, share, place, threshold)));
  if (sorted.length <= SHOWN) return [list];
  const more = element("button", "link", `Show all ${sorted.length}`);
  Object.assign(more, { type: "button", ariaExpanded: "false" });
  more.addEventListener("click", () => {
    const open = list.classList.toggle("all");
    more.ariaExpanded = String(open);
    more.textContent = open ? `Show the first ${SHOWN}` : `Show all ${sorted.length}`;
  });
  return [list, more];
}

function bar(className, share, place, threshold) {
  const item = element("li", place < SHOWN ? "" : "rest");
  const track = element("span", "track");
  track.ariaHidden = "true";
  track.style.setProperty("--share", share);
  if (threshold > 0 && threshold < 1) {
    track.classList.add("marked");
    track.style.setProperty("--threshold", threshold);
  }
  const label = element("span", "label");
  label.append(name(className));
  item.append(label, track, element("span", "share", percent(share)));
  return item;
}
