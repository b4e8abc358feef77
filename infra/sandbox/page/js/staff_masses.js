// Mass sends as staff see them: what the server prepared waits here until somebody taps "send".

import { post } from "./api.js";
import { h } from "./dom.js";
import { attempt } from "./nav.js";
import { staffName } from "./parts.js";
import { state } from "./store.js";
import { hourOf } from "./text.js";

const SHOWN = 60;
const does = (path, body) => attempt(() => post(path, body));
const parts = () => (state.staff.masses ?? []).flatMap((task) => task.parts.map((part) => ({ task, part })));
const waits = ({ task, part }) => part.sent_at === null && !task.cancelled;

export const waitingSends = () => parts().filter(waits).length;

export function massesTab() {
  const all = parts().reverse();
  const waiting = all.filter(waits);
  const owners = [...new Set(waiting.map(({ part }) => part.userid))];
  return [
    h("div", { class: "send-head" },
      h("p", { class: "quiet" }, all.length === 0
        ? "Nothing was prepared yet. A broadcast becomes a task here; groups and customers get it when staff tap Send, as in WeCom."
        : `${waiting.length} of ${all.length} wait for a tap.`),
      owners.length > 1 && owners.map((userid) => h("button", { key: userid, "data-testid": `send-all-${userid}`,
        onclick: () => does("/masses/send", { userid }) }, `Send ${staffName(userid)}’s`)),
      waiting.length > 0 && h("button", { class: "primary", "data-testid": "send-all", onclick: () => does("/masses/send") }, `Send all ${waiting.length}`)),
    h("div", { class: "send-cards" }, [...waiting, ...all.filter((one) => !waits(one))].slice(0, SHOWN).map(card)),
    all.length > SHOWN && h("p", { class: "fine" }, `${all.length - SHOWN} older ones are not shown.`)];
}

function card({ task, part }) {
  const kind = task.chat_type === "group" ? "group" : "customer";
  const many = `${part.targets} ${kind}${part.targets === 1 ? "" : "s"}`;
  return h("article", { class: `send-card ${waits({ task, part }) ? "is-waiting" : ""}`, key: `${task.msgid} ${part.userid}`, "data-testid": `mass-${task.msgid}` },
    h("header", null, h("b", null, staffName(part.userid)), h("small", null, `to ${many} · ${hourOf(task.created)}`),
      part.reminded > 0 && waits({ task, part }) && h("em", { class: "tag is-lost" }, `reminded ${part.reminded}×`)),
    task.text && h("p", { class: "send-text" }, h("span", null, task.text)),
    task.attachments.length > 0 && h("div", { class: "send-parts" }, task.attachments.map(thumbnail)),
    h("footer", null, outcome(task, part)));
}

function outcome(task, part) {
  if (part.sent_at !== null) {
    return [h("span", { class: "tag is-delivered", "data-testid": "mass-sent" }, `sent ${hourOf(part.sent_at)}`),
      h("small", null, OUTCOMES.filter(([status]) => part.statuses[status] > 0).map(([status, words]) => `${part.statuses[status]} ${words}`).join(" · "))];
  }
  if (task.cancelled) return h("span", { class: "tag" }, "cancelled");
  return h("button", { class: "primary", "data-testid": `send-${task.msgid}`, onclick: () => does(`/masses/${task.msgid}/send`, { userid: part.userid }) }, "Send");
}

// A picture that is not there leaves no broken frame.
const hide = (event) => { event.target.hidden = true; };

const OUTCOMES = [["1", "got it"], ["2", "out of reach"], ["3", "over their limit"]];

function thumbnail(part, index) {
  const about = part[part.msgtype] ?? {};
  const words = about.title ?? part.shown?.filename ?? part.msgtype;
  const src = ["image", "miniprogram", "link"].includes(part.msgtype) ? part.shown?.url : null;
  return h("span", { class: `send-part is-${part.msgtype}`, key: `${index}`, title: about.url ?? words }, src && h("img", { src, alt: "", onerror: hide }), part.msgtype === "image" ? "" : `${part.msgtype}: ${words}`);
}
