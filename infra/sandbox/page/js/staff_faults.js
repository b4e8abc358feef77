// Switches and faults: losing, repeating, shuffling and delaying callbacks; errors, slowness and cut answers of the partners' APIs.

import { patchTo, post, remove } from "./api.js";
import { h } from "./dom.js";
import { attempt } from "./nav.js";
import { changed, state } from "./store.js";

const PLATFORMS = { official_account: "Official account", wecom: "WeCom", youzan: "Youzan", sms: "SMS", calls: "Call vendor" };
let aimed = "official_account";

export function faultsTab() {
  return [
    faultForm(),
    Object.entries(PLATFORMS).map(([prefix, title]) => h("fieldset", { class: "switches", key: prefix },
      h("legend", null, title),
      switchesOf(prefix))),
    h("footer", { class: "stage" },
      h("button", { "data-testid": "verify-account", onclick: () => verify("official_account") }, "Check the account's callback address"),
      h("button", { "data-testid": "verify-wecom", onclick: () => verify("wecom") }, "Check WeCom's"),
      h("button", { class: "is-danger", "data-testid": "reset", onclick: reset }, "Start over")),
    answer && h("p", { class: "fine", role: "status", "data-testid": "verify-answer" }, answer)];
}

let answer = null;

async function verify(platform) {
  const said = await attempt(() => post("/callbacks/verify", { platform }));
  if (said) answer = `${PLATFORMS[platform]}: ${said.ok ? "the address answers rightly" : `wrong answer (${said.http_status ?? "none"}) ${said.answer ?? ""}`}`;
  changed();
}

function reset() {
  if (window.confirm("Forget all people, chats, groups and faults of the sandbox? Pond keeps what it has stored.")) attempt(() => post("/reset"));
}

/** All switches of a partner. */
export const switchesOf = (prefix) => Object.keys(state.switches).filter((name) => name.startsWith(`${prefix}.`)).map((name) => control(name, state.switches[name]));

const words = (name) => {
  const plain = name.split(".")[1].replace(/^callbacks_/, "").replaceAll("_", " ");
  return plain[0].toUpperCase() + plain.slice(1);
};

function control(name, one) {
  const set = (value) => attempt(() => patchTo("/switches", { [name]: value }));
  const touched = one.value !== one.default ? "is-touched" : "";
  const label = h("span", null, words(name), h("small", null, one.help));
  const about = { "data-testid": `switch-${name}`, key: name };
  if (typeof one.default === "boolean") {
    return h("label", { class: `switch ${touched}`, key: name }, h("input", { ...about, type: "checkbox", checked: one.value, onchange: (e) => set(e.target.checked) }), label);
  }
  if (one.choices?.length) {
    return h("label", { class: `setting ${touched}`, key: name }, label, h("select", { ...about, onchange: (e) => set(e.target.value) },
      one.choices.map((choice) => h("option", { value: choice, selected: choice === one.value }, choice))));
  }
  const number = typeof one.default === "number";
  return h("label", { class: `setting ${touched}`, key: name }, label, h("input", { ...about, type: number ? "number" : "text", step: "any",
    value: String(one.value), onchange: (e) => set(number ? Number(e.target.value) : e.target.value) }));
}

function faultForm() {
  const { faults, endpoints } = state.faults;
  return h("div", { class: "fault-box" },
    h("h3", null, "Make a partner's API fail"),
    h("form", { class: "fault-form", onsubmit: add, "data-testid": "add-fault" },
      h("select", { name: "platform", "aria-label": "Partner", onchange: (e) => { aimed = e.target.value; changed(); } },
        Object.entries(PLATFORMS).map(([id, title]) => h("option", { value: id }, title))),
      h("select", { name: "endpoint", "aria-label": "Endpoint", class: "is-wide" }, h("option", { value: "*" }, "every endpoint"),
        (endpoints[aimed] ?? []).map((path) => h("option", { key: path, value: path }, path))),
      h("label", null, "error", h("input", { name: "error", placeholder: "45009", "data-testid": "fault-error" })),
      h("label", null, "delay", h("input", { name: "delay", type: "number", min: "0", step: "any", placeholder: "s" })),
      h("label", null, "times", h("input", { name: "times", type: "number", min: "1", placeholder: "∞" })),
      h("label", { class: "is-check" }, h("input", { name: "drop", type: "checkbox" }), "cut the answer"),
      h("button", { class: "primary" }, "Add")),
    h("ul", { class: "plain" }, faults.map((fault) => h("li", { key: fault.fault_id, "data-testid": `fault-${fault.fault_id}` },
      h("span", null, h("b", null, `${PLATFORMS[fault.platform]} ${fault.endpoint === "*" ? "everything" : fault.endpoint}`), h("small", null, effect(fault))),
      h("button", { onclick: () => attempt(() => remove(`/faults/${fault.fault_id}`)) }, "Remove")))));
}

function effect(fault) {
  const parts = [fault.error !== null && fault.error !== undefined && `answers ${fault.error}`,
    fault.delay_seconds > 0 && `${fault.delay_seconds} s late`, fault.drop_answer && "does it, then cuts the line",
    fault.times ? `${fault.times} more time(s)` : "until removed"];
  return parts.filter(Boolean).join(", ");
}

function add(event) {
  event.preventDefault();
  const { platform, endpoint, error, delay, times, drop } = event.target.elements;
  const body = { platform: platform.value, endpoint: endpoint.value };
  if (error.value) body.error = /^-?\d+$/.test(error.value) ? Number(error.value) : error.value;
  if (delay.value) body.delay_seconds = Number(delay.value);
  if (times.value) body.times = Number(times.value);
  if (drop.checked) body.drop_answer = true;
  attempt(() => post("/faults", body)).then((made) => {
    if (!made) return;
    event.target.reset();
    aimed = "official_account";
    changed();
  });
}
