// The pieces WeChat's screens are made of: faces, title bars, bubbles, the field at the bottom.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { press } from "./nav.js";
import { state } from "./store.js";
import { hue } from "./text.js";

const PAUSE_SECONDS = 300;
function letter(name, kind) {
  const letters = name.match(/\p{L}/gu) ?? [name[0] ?? "?"];
  return /is-(account|group|staff)/.test(kind) ? letters[0] : letters.at(-1);
}

/** A group's messages that this account sees: WeChat shows nothing from before one joined. */
export function messagesFor(account, group) {
  const joined = group.members.find((m) => m.account_id === account.account_id)?.join_time ?? 0;
  return group.messages.filter((m) => m.at >= joined);
}

export const contactsOf = (account) => state.staff.contacts.filter((c) => c.account_id === account.account_id);
export const staffName = (userid) => state.staff.staff.find((s) => s.userid === userid)?.name ?? userid;

/** A picture made of one letter: a mother's last, anyone else's first; `seed` gives its colour. */
export function face(name, kind = "", seed = name) {
  return h("i", { class: `face ${kind}`, style: `--hue:${hue(seed)}`, "aria-hidden": "true" }, letter(name, kind));
}

/** WeChat's title bar. */
export function head(title, { back, side } = {}) {
  return h("header", { class: "wx-head" },
    back ? h("button", { class: "nav-button", "data-testid": "wx-back", "aria-label": "返回", onclick: back }, icon("back"))
      : h("span", { class: "nav-button" }),
    h("b", { "data-testid": "wx-title" }, title), side ?? h("span", { class: "nav-button" }));
}

/** A time line is shown when so long passed since the line before. */
export const pause = (before, message) => !before || message.at - before.at > PAUSE_SECONDS;

/** The field at the bottom; `send` gets the text. */
export function inputBar(send, { phrases = [], menu = [] } = {}) {
  const submit = (event) => {
    event.preventDefault();
    const field = event.target.elements.text;
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    send(text);
  };
  return h("footer", { class: "input-bar" },
    phrases.length > 0 && h("div", { class: "phrases", "aria-label": "快捷输入" }, phrases.map((phrase) =>
      h("button", { "data-testid": `phrase-${phrase}`, onclick: () => send(phrase) }, phrase))),
    h("form", { onsubmit: submit }, h("input", { name: "text", autocomplete: "off", maxlength: "600", "aria-label": "消息", "data-testid": "chat-input" }),
      h("button", { class: "send", "data-testid": "chat-send" }, "发送")),
    menu.length > 0 && h("div", { class: "account-menu" }, menu.map((button) =>
      h("button", { "data-testid": `menu-${button.key ?? button.name}`, onclick: () => press(button) }, button.name))));
}

/** One bubble with its face. */
export function bubble(message, { mine, name, kind, showName }) {
  return h("div", { class: `line ${mine ? "is-mine" : ""}`, key: message.key, "data-testid": "message", "data-from": mine ? "me" : "other" },
    face(name, kind), h("div", { class: "bubble-box" }, showName && !mine && h("small", { class: "speaker" }, name), message.node));
}

/** Keeps a list at its newest line when something was added. */
export function toBottom(list) {
  if (list.__length === list.childElementCount) return;
  list.__length = list.childElementCount;
  list.scrollTop = list.scrollHeight;
}
