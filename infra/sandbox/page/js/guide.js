// The left side: who one plays, and six steps from a code to a welcome that check themselves off.

import { patchTo } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { arrive, attempt, go, hold, openApp, openChat, place, secondAccount, unread } from "./nav.js";
import { face } from "./parts.js";
import { current, personOf, state } from "./store.js";
import { phoneShown } from "./text.js";

const chatOf = (account) => state.chats[account.account_id] ?? [];
const groupsOf = (account) => state.groups[account.account_id] ?? [];
const BY_CODE = 3;
const seatsOf = (account) => groupsOf(account).flatMap((group) =>
  group.members.filter((member) => member.account_id === account.account_id && member.join_scene === BY_CODE));
const joined = (account) => seatsOf(account).length > 0;

function welcomed(account) {
  const since = Math.min(...seatsOf(account).map((seat) => seat.join_time));
  const told = chatOf(account).filter((m) => m.from === "account");
  return told.some((m) => m.at >= since) && unread("account", told) === 0;
}

const STEPS = [
  { id: "follow", title: "Scan a channel's code", line: "Open 扫一扫, tap a short video or a poster, then follow the account.",
    done: (a) => a.following, show: () => openApp("scan") },
  { id: "book", title: "Send the keyword 预约", line: "A place in the coming opening, answered at once.",
    done: (a) => chatOf(a).some((m) => m.from === "user"), show: () => openChat("account") },
  { id: "open", title: "Open the link, let WeChat sign you in", line: "Tap the link in the reply, then 允许.",
    done: (a) => a.granted, show: () => openChat("account") },
  { id: "register", title: "Register with an SMS code", line: "自动填充 fills in who you are; the code comes as a banner: tap it.",
    done: (a) => place(a.account_id).offered || joined(a), show: () => front() },
  { id: "join", title: "Press your group's code", line: "Hold the picture, or tap 识别图中二维码.",
    done: joined, show: () => front() },
  { id: "welcome", title: "Read the welcome", line: "The account greets you with the rules of your group.",
    done: welcomed, show: () => openChat("account") },
];

/** The page if one is open, else the chat that leads to it. */
function front() {
  if (place().frame) go({ app: "wechat", image: null });
  else openChat("account");
}

export function guideView() {
  const account = current();
  const done = STEPS.map((step) => Boolean(account && step.done(account)));
  const next = done.indexOf(false);
  const count = done.filter(Boolean).length;
  return h("section", { class: "guide card-box", "data-testid": "guide", "aria-label": "Try this" },
    h("header", null, h("h2", null, count === STEPS.length ? "You are in" : "Try this"),
      h("span", { "data-testid": "guide-count" }, `${count} / ${STEPS.length}`)),
    h("div", { class: "guide-bar", "aria-hidden": "true" }, h("i", { style: `width:${(count / STEPS.length) * 100}%` })),
    h("ol", null, STEPS.map((step, index) => {
      const state_ = done[index] ? "done" : index === next ? "next" : "later";
      return h("li", { class: `is-${state_}`, "data-testid": `step-${step.id}`, "data-state": state_ },
        h("i", { "aria-hidden": "true" }, state_ === "done" ? icon("check") : index + 1),
        h("div", null, h("b", null, step.title, h("span", { class: "unseen" }, state_ === "done" ? " (done)" : "")),
          state_ === "next" && h("p", null, step.line),
          state_ === "next" && h("button", { class: "link", "data-testid": `show-${step.id}`, onclick: () => { toPhone(); step.show(); } }, "Show me")));
    })),
    count === STEPS.length && h("p", { class: "guide-end" }, "Now buy in 鱼塘小店 (the menu of the account), scan again, come as another mother, or switch on a fault and see that nobody is lost."));
}

/** On a narrow screen the phone is a tab of its own. */
export function toPhone() {
  document.body.dataset.side = "phone";
}

export function peopleView() {
  const account = current();
  const person = personOf(account);
  return h("section", { class: "people card-box", "aria-label": "Who you play" },
    h("header", null, h("h2", null, "You play"), h("button", { class: "link", "data-testid": "new-mother", onclick: arrive }, icon("plus"), "New mother")),
    h("div", { class: "faces", role: "group", "data-testid": "people" }, state.people.flatMap((p) => p.accounts.map((a) =>
      h("button", { key: a.account_id, class: a === account ? "is-on" : "", "data-testid": `person-${a.account_id}`, "aria-pressed": String(a === account),
        title: `${p.nickname} ${p.phone}`, onclick: () => hold(a.account_id) },
      h("span", { class: "face-box" }, face(a.nickname), state.fresh[a.account_id] && h("em", { class: "badge is-dot" })),
      h("span", null, a.nickname))))),
    account && h("details", { class: "about", "data-testid": "about-person" },
      h("summary", null, `${person.nickname} · ${phoneShown(person.phone)}`),
      option(account, "bound", "Partners tell her unionid", "off: not bound to the open platform"),
      option(account, "granted", "Has allowed the H5 to know her", "off: asked again at the next visit"),
      option(account, "snapshot", "Snapshot page", "OAuth gives a virtual identity"),
      option(account, "refuses", "Refuses template messages", "they fail with “user block”"),
      h("button", { class: "link", "data-testid": "second-account", onclick: () => secondAccount(person) }, icon("plus"), "Her second WeChat")));
}

function option(account, name, label, line) {
  const set = (event) => attempt(() => patchTo(`/accounts/${account.account_id}`, { [name]: event.target.checked }));
  return h("label", { class: "switch" }, h("input", { type: "checkbox", checked: Boolean(account[name]), "data-testid": `option-${name}`, onchange: set }),
    h("span", null, label, h("small", null, line)));
}
