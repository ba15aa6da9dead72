// Elements and figures. Whatever came from a file or the service becomes text, never markup.
export const one = (selector, where = document) => where.querySelector(selector);

/** A new element with a class and text; a class name or a file name may run in either direction. */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

export const name = (text) => element("bdi", "", text);

/** 0.9731 as 97.3 %; no figure says more certain than it is. */
export function percent(share) {
  if (share >= 1) return "100\u00a0%";
  if (share <= 0) return "0\u00a0%";
  if (share > 0.999) return "over\u00a099.9\u00a0%";
  if (share < 0.001) return "under\u00a00.1\u00a0%";
  return `${(share * 100).toFixed(1)}\u00a0%`;
}

export const round = (share) => `${Math.round(share * 1000) / 10}\u00a0%`;

/** Milliseconds as people read them. */
export const duration = (ms) => (ms < 1000 ? `${Math.max(1, Math.round(ms))}\u00a0ms` : `${(ms / 1000).toFixed(1)}\u00a0s`);
