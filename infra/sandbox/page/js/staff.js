// The right side: what staff see and do, in tabs, with the partners' clock above.

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./nav.js";
import { callbacksTab, callsTab } from "./staff_log.js";
import { contactsTab, groupsTab } from "./staff_groups.js";
import { shopTab, waitingForShop } from "./staff_shop.js";
import { faultsTab } from "./staff_faults.js";
import { massesTab, waitingSends } from "./staff_masses.js";
import { changed, now, state } from "./store.js";
import { dayOf, secondOf } from "./text.js";

const TABS = [
  { id: "groups", label: "Groups", count: () => state.staff.groups.length, view: groupsTab },
  { id: "sends", label: "Sends", count: () => waitingSends(), urgent: true, view: massesTab },
  { id: "contacts", label: "Contacts", count: () => state.staff.tasks.length, urgent: true, view: contactsTab },
  { id: "shop", label: "Shop", count: () => waitingForShop(), urgent: true, view: shopTab },
  { id: "callbacks", label: "Callbacks", count: () => failing(), urgent: true, view: callbacksTab },
  { id: "calls", label: "Calls", count: () => 0, view: callsTab },
  { id: "faults", label: "Faults", count: () => state.faults.faults.length + switched(), urgent: true, view: faultsTab },
];
let open = "groups";

const failing = () => state.callbacks.filter((c) => c.status === "failed" || c.status === "lost").length;
const switched = () => Object.values(state.switches).filter((s) => s.value !== s.default).length;

export function staffView() {
  const tab = TABS.find((t) => t.id === open);
  return h("section", { class: "staff card-box", "aria-label": "What staff see", "data-testid": "staff" },
    h("header", { class: "staff-head" }, h("h2", null, "Behind the counter", health()), clockView()),
    state.refusal && h("p", { class: "refusal", role: "alert" }, state.refusal),
    h("div", { class: "tabs", role: "tablist", onkeydown: arrows }, TABS.map((t) => {
      const count = t.count();
      return h("button", { role: "tab", id: `tab-${t.id}`, "data-testid": `staff-tab-${t.id}`, "aria-selected": String(t === tab), "aria-controls": "staff-pane",
        tabindex: t === tab ? "0" : "-1", onclick: () => { open = t.id; changed(); } },
      t.label, count > 0 && h("em", { class: t.urgent ? "count is-urgent" : "count" }, count));
    })),
    h("div", { class: "pane", role: "tabpanel", id: "staff-pane", key: open, tabindex: "0", "aria-labelledby": `tab-${open}` }, tab.view()));
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = TABS.findIndex((t) => t.id === open);
  open = TABS[(at + step + TABS.length) % TABS.length].id;
  changed();
  document.getElementById(`tab-${open}`).focus();
}

function health() {
  const target = state.health?.h5_target;
  const words = state.online ? (target ? "live" : "live, no H5 yet") : "reconnecting…";
  return h("span", { class: `live ${state.online ? "is-on" : ""}`, title: target || "the H5's address isn't set", "data-testid": "live" }, h("i"), words);
}

const move = (seconds) => attempt(() => post("/clock", { advance: seconds }));
const STEPS = [["+1 min", 60], ["+1 h", 3600], ["+1 day", 86400]];

function clockView() {
  return h("div", { class: "clock", "data-testid": "clock", title: "The partners' clock: windows of 48 h, codes of 20 s, daily limits. Pond keeps its own." },
    icon("clock"), h("time", null, h("b", null, secondOf(now())), h("small", null, dayOf(now()))),
    STEPS.map(([label, seconds]) => h("button", { class: "clock-step", "data-testid": `clock-${seconds}`, onclick: () => move(seconds) }, label)),
    h("button", { class: "clock-step", "aria-pressed": String(state.clock.frozen), "data-testid": "clock-freeze",
      onclick: () => attempt(() => post("/clock", { freeze: !state.clock.frozen })) }, state.clock.frozen ? "Unfreeze" : "Freeze"));
}
