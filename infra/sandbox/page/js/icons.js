// Line icons, drawn here so that the page needs nothing from elsewhere.

import { h } from "./dom.js";

const PATHS = {
  chat: "M4 5.5h16v10.5H11l-4.5 3.5V16H4z",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zm-6 8c0-3.4 2.7-5.6 6-5.6s6 2.2 6 5.6zM16 11a2.7 2.7 0 0 0 0-5.4M17.5 13.6c2.1.6 3.5 2.4 3.5 5.4",
  compass: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm3.8 5.2-2.3 5.3-5.3 2.3 2.3-5.3z",
  me: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 8c0-4 3.6-6.2 8-6.2s8 2.2 8 6.2z",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M3 12h18",
  back: "M14.5 4.5 7 12l7.5 7.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  chain: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  repeat: "M4 11a8 8 0 0 1 14-5l2 2M20 4v4h-4M20 13a8 8 0 0 1-14 5l-2-2M4 20v-4h4",
  play: "M8 5.5v13l11-6.5z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.3l2.8 1.7",
  bag: "M5.5 8h13l1 12h-15zM9 10.5V7a3 3 0 0 1 6 0v3.5",
  list: "M6 4h12a1 1 0 0 1 1 1v15l-2.5-1.6L14 20l-2-1.6L10 20l-2.5-1.6L5 20V5a1 1 0 0 1 1-1zM8.5 9h7M8.5 13h5",
  down: "M6 9.5l6 6 6-6",
};

/** One icon, sized by its font; decoration only, so hidden from readers. */
export function icon(name) {
  return h("svg", { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: PATHS[name] }));
}
