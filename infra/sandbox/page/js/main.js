// Starts the page: reads the sandbox, takes a phone in hand, and draws the three parts after every change.

import { patch } from "./dom.js";
import { guideView, peopleView, toPhone } from "./guide.js";
import { arrive, hold } from "./nav.js";
import { phoneView } from "./phone.js";
import { staffView } from "./staff.js";
import { accountOf, accounts, changed, connect, read, readAll, state, watch } from "./store.js";

const parts = {
  people: document.getElementById("people"), guide: document.getElementById("guide"),
  phone: document.getElementById("phone"), staff: document.getElementById("staff"),
};

function draw() {
  patch(parts.people, [peopleView()]);
  patch(parts.guide, [guideView()]);
  patch(parts.phone, [phoneView()]);
  patch(parts.staff, [staffView()]);
  document.body.dataset.ready = String(state.loaded && Boolean(state.account));
}

// A phone is in hand as soon as anybody is there, whoever brought them.
let choosing = false;
async function choose() {
  if (choosing || !state.loaded || (state.account && accountOf(state.account))) return;
  choosing = true;
  const wanted = accountOf(location.hash.slice(1)) ?? accounts()[0];
  await (wanted ? hold(wanted.account_id) : arrive());
  choosing = false;
}

function sides() {
  const bar = document.getElementById("sides");
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("click", () => { document.body.dataset.side = button.dataset.side; mark(); });
  }
  const mark = () => bar.querySelectorAll("button").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.side === document.body.dataset.side)));
  new MutationObserver(mark).observe(document.body, { attributes: true, attributeFilter: ["data-side"] });
  toPhone();
}

// The H5's redirects name the sandbox's own origin: under 127.0.0.1 its frame would be a stranger to the phone.
async function atHome() {
  await read("config");
  const home = state.config.public_origin;
  if (!home || home === location.origin || location.hostname !== "127.0.0.1") return true;
  location.replace(home + location.pathname + location.hash);
  return false;
}

async function start() {
  if (!(await atHome())) return;
  sides();
  watch(draw);
  watch(choose);
  window.addEventListener("hashchange", () => hold(location.hash.slice(1)));
  connect();
  await read("people");
  await readAll();
  setInterval(changed, 1000);
}

start();
