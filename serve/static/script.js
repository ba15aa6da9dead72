// The page: takes pictures by drop, paste, choice or camera, and shows a card for each.
import { Card } from "./card.js";
import { model, readModel } from "./model.js";
import { useKey } from "./sending.js";
import { element, one } from "./words.js";

const ONE_BY_ONE = 4; // so many answers are read out one by one; of more, only how many there are

const cards = new Set();
const input = one("#file");
const camera = one("#camera");

function take(files, titles = []) {
  if (!files.length) return;
  const made = [...files].map((file, at) => new Card(file, titles[at] ?? file.name, { model, changed }));
  for (const card of made) cards.add(Object.assign(card, { together: made.length }));
  one("#cards").prepend(...made.map((card) => card.item));
  document.body.classList.add("answering");
  if (model()) one("#notice").hidden = true;
  progress();
  made[0].item.scrollIntoView({ block: "nearest" });
}

function changed(card, answer) {
  if (answer && answer.model_version !== model()?.version) look();
  if (card.failure?.locked) one("#locked").hidden = false;
  progress();
  if (card.together <= ONE_BY_ONE) one("#said").append(element("span", "", `${card.words}. `));
  else if (pending() === 0) one("#said").textContent = one("#progress").textContent;
}

const pending = () => [...cards].filter((card) => card.state === "waiting").length;
const failed = () => [...cards].filter((card) => card.state === "failed");

function progress() {
  const [all, open, refused] = [cards.size, pending(), failed()];
  const done = open ? `${all - open} of ${all}` : all === 1 ? "1 picture" : `${all} pictures`;
  one("#progress").textContent = done + (refused.length ? `, ${refused.length} without an answer` : "");
  one("#results .above").hidden = all === 0;
  one("#again").hidden = refused.filter((card) => card.failure.again || card.failure.locked).length < 2 || open > 0;
}

function tryAgain() {
  for (const card of failed()) if (card.failure.again || card.failure.locked) card.send();
  progress();
}

function clear() {
  for (const card of cards) card.close();
  cards.clear();
  one("#said").replaceChildren();
  document.body.classList.remove("answering");
  progress();
  one("#choose").focus();
}

/** Shows the model, or why there is none. */
async function look() {
  try {
    await readModel();
    one("#notice").hidden = true;
  } catch (error) {
    if (error.locked) one("#locked").hidden = false;
    else say(error.title ?? "This page has a fault", error.message, "Try again");
  }
}

function say(title, detail, button = "Close") {
  const notice = one("#notice");
  const parts = { ".title": title, ".detail": detail, button };
  for (const [selector, text] of Object.entries(parts)) one(selector, notice).textContent = text;
  notice.hidden = false;
}

function close() {
  one("#notice").hidden = true;
  if (!model()) look();
  one("#choose").focus();
}

// Chosen
for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
one(".plain").hidden = true;
Object.assign(input, { multiple: true, required: false });
one("#choose").addEventListener("click", () => input.click());
one("#photograph").addEventListener("click", () => camera.click());
for (const [source, title] of [[input, undefined], [camera, "photo"]]) {
  source.addEventListener("change", () => {
    take(source.files, title ? [title] : []);
    source.value = ""; // or the same picture could not be chosen twice
  });
}

// Dropped: anywhere on the page
const over = (event, inside) => {
  event.preventDefault();
  document.body.classList.toggle("over", inside);
};
addEventListener("dragover", (event) => over(event, true));
addEventListener("dragleave", (event) => over(event, event.relatedTarget !== null));
addEventListener("drop", (event) => {
  over(event, false);
  const files = event.dataTransfer?.files ?? [];
  if (files.length) take(files);
  else say("Nothing to classify in what was dropped", "It is no file. Save the picture first, then drop the file, or copy the picture and paste it.");
});

// Pasted
addEventListener("paste", (event) => {
  if (event.target.closest?.("input:not([type=file]), textarea")) return;
  const files = [...(event.clipboardData?.files ?? [])];
  const titles = files.map((file) => (file.name === "image.png" ? "pasted picture" : file.name));
  if (files.length) take(files, titles);
  else say("There is no picture in the clipboard", "Copy a picture, not its address, then paste again.");
});

one("#clear").addEventListener("click", clear);
one("#again").addEventListener("click", tryAgain);
one("#notice button").addEventListener("click", close);
one("#locked").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(one("#key").value);
  one("#locked").hidden = true;
  one("#key").value = "";
  look();
  tryAgain();
});
one("#address").textContent = new URL("predict", document.baseURI).href;
look();
