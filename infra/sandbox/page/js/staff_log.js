// What went over the wire: callbacks to Pond with every attempt and answer, and what Pond asked of the partners.

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./nav.js";
import { changed, state } from "./store.js";
import { secondOf } from "./text.js";

const PLATFORMS = { official_account: "account", wecom: "WeCom", youzan: "Youzan", sms: "SMS", calls: "dialler" };
const opened = new Set();

const platform = (name) => h("em", { class: `tag is-${name}` }, PLATFORMS[name] ?? name);

export function callbacksTab() {
  if (state.callbacks.length === 0) {
    return h("p", { class: "quiet" }, "No callbacks yet. Follow the account on the phone, and its delivery to Pond shows here: each attempt, its time and its answer.");
  }
  return h("ul", { class: "log", "data-testid": "callbacks" }, state.callbacks.map((callback) => entry(callback)));
}

function entry(callback) {
  const { callback_id: id, attempts, status } = callback;
  const isOpen = opened.has(id);
  const toggle = () => { if (isOpen) opened.delete(id); else opened.add(id); changed(); };
  const last = attempts.at(-1);
  return h("li", { key: id, class: isOpen ? "is-open" : "", "data-testid": `callback-${id}`, "data-status": status },
    h("button", { class: "log-line", "aria-expanded": String(isOpen), onclick: toggle },
      h("time", null, secondOf(callback.at)), platform(callback.platform),
      h("span", { class: "log-what" }, h("b", null, callback.event), h("small", null, callback.summary)),
      attempts.length > 1 && h("span", { class: "tries" }, `${attempts.length} tries`),
      last && h("span", { class: "took" }, took(last.seconds)),
      h("em", { class: `tag is-${status}` }, status), icon("down")),
    isOpen && h("div", { class: "log-more" },
      attempts.length === 0 && h("p", { class: "quiet" }, "not delivered"),
      h("ol", { class: "attempts" }, attempts.map((one) => h("li", null,
        h("time", null, secondOf(one.at)), h("b", { class: one.error || one.http_status >= 400 ? "is-bad" : "is-good" }, one.http_status ?? "no answer"),
        h("span", null, took(one.seconds)), h("code", null, one.error || one.answer || "(empty)")))),
      h("pre", { tabindex: "0" }, callback.body),
      h("button", { "data-testid": "repeat", onclick: () => attempt(() => post(`/callbacks/${id}/repeat`)) }, icon("repeat"), "Deliver again")));
}

const took = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`);

export function callsTab() {
  if (state.calls.length === 0) return h("p", { class: "quiet" }, "Pond has asked nothing of the partners yet.");
  return h("ul", { class: "log", "data-testid": "calls" }, state.calls.map((call) =>
    h("li", null, h("div", { class: "log-line" }, h("time", null, secondOf(call.at)), platform(call.platform),
      h("span", { class: "log-what" }, h("code", null, call.endpoint)), h("span", { class: "took" }, took(call.seconds)),
      h("em", { class: `tag ${isFine(call.errcode) ? "is-delivered" : "is-failed"}` }, isFine(call.errcode) ? "ok" : call.errcode)))));
}

const isFine = (code) => [0, "0", "Ok", "OK", null, undefined, ""].includes(code);
