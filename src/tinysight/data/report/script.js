"use strict";
// Everything on this page works without this script: it adds copying of names, a closer look, and where one is.
const all = (selector, where = document) => [...where.querySelectorAll(selector)];

for (const button of all("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const names = all("[data-path]", button.closest(".inside")).map((one) => one.dataset.path);
    await navigator.clipboard.writeText([...new Set(names)].join("\n"));
    const said = button.textContent;
    button.textContent = `${names.length} copied`;
    setTimeout(() => { button.textContent = said; }, 1600);
  });
}

const look = document.getElementById("look");
let shown = null;

function show(figure) {
  if (!figure) return;
  shown = figure;
  const caption = figure.querySelector("figcaption").cloneNode(true);
  const name = caption.querySelector(".name");
  if (name) name.textContent = figure.dataset.path;
  const large = look.querySelector(".large");
  large.replaceChildren(figure.querySelector("img").cloneNode());
  large.classList.toggle("tiny", figure.querySelector(".frame").classList.contains("tiny"));
  look.querySelector("figcaption").replaceChildren(...caption.childNodes);
}

function step(by) {
  const figures = all(".pic:has(img)", shown.closest(".inside, section"));
  show(figures[figures.indexOf(shown) + by]);
}

for (const frame of all(".pic .frame:has(img)")) {
  const open = () => { show(frame.closest(".pic")); look.showModal(); };
  frame.addEventListener("click", open);
  frame.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // else the same key presses the button that has the focus next
    open();
  });
}
// One stop of the tab key for each gallery: inside the closer look, the arrows go on.
for (const gallery of all(".gallery, .sets")) {
  const first = gallery.querySelector(".frame:has(img)");
  if (first) Object.assign(first, { tabIndex: 0, role: "button", ariaLabel: "Look closer" });
}
look.querySelector(".close").addEventListener("click", () => look.close());
look.querySelector(".back").addEventListener("click", () => step(-1));
look.querySelector(".on").addEventListener("click", () => step(1));
look.addEventListener("click", (event) => { if (event.target === look) look.close(); });
look.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(target.id).setAttribute("aria-current", "true");
  }
}, { rootMargin: "-20% 0px -75%" });
for (const id of links.keys()) watch.observe(document.getElementById(id));

const open = () => { const target = document.getElementById(location.hash.slice(1)); if (target?.tagName === "DETAILS") target.open = true; };
addEventListener("hashchange", open);
open();
