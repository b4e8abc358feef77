// A WeChat group as its members see it: who speaks, who sits in it, and the way out.

import { attachmentLines } from "./attachments.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { go, leave, look, openUrl, sayInGroup } from "./nav.js";
import { bubble, face, head, inputBar, messagesFor, pause, toBottom } from "./parts.js";
import { withCard } from "./shop_card.js";
import { now } from "./store.js";
import { linked, stamp } from "./text.js";

const FACES = 24;

const own = (message, me) => message.text.replace(`${me} 加入了群聊`, "你加入了群聊");
const nameIn = (account, group) => group.members.find((m) => m.account_id === account.account_id)?.name ?? account.nickname;

export function groupView(account, group) {
  const messages = messagesFor(account, group);
  look(group.chat_id, messages);
  const me = nameIn(account, group);
  const staff = new Set(group.members.filter((m) => m.type === 1).map((m) => m.name));
  return h("div", { class: "chat view", key: `chat-${group.chat_id}`, "data-testid": "group-chat", "data-chat": group.chat_id },
    head(`${group.name}(${group.members.length})`, { back: () => go({ chat: null }),
      side: h("button", { class: "nav-button", "aria-label": "群成员", "data-testid": "group-info", onclick: () => go({ info: true }) }, icon("more")) }),
    group.notice && h("p", { class: "notice" }, h("b", null, "群公告"), group.notice),
    h("div", { class: "scroll messages", role: "log", tabindex: "0", "aria-label": "群消息", after: toBottom, "data-testid": "group-messages" },
      messages.flatMap((message, index) => [
        pause(messages[index - 1], message) && h("time", { class: "time-line" }, stamp(message.at, now())),
        message.system
          ? h("p", { class: "grey-line", "data-testid": "message", "data-from": "system" }, own(message, me))
          : message.text && bubble({ node: withCard(message.text, h("div", { class: "bubble" }, linked(message.text, openUrl))) },
            { mine: message.from === me, name: message.from, kind: staff.has(message.from) ? "is-staff" : "", showName: true }),
        attachmentLines(message, { mine: false, name: message.from, kind: "is-staff", showName: !message.text })])),
    group.status === "dismissed" ? h("footer", { class: "input-bar is-off" }, "该群聊已解散")
      : inputBar((text) => sayInGroup(group.chat_id, text), { phrases: ["大家好", "谢谢老师"] }));
}

export function groupInfoView(account, group) {
  const more = group.members.length - FACES;
  return h("div", { class: "group-info view", key: "group-info" },
    head(`聊天信息(${group.members.length})`, { back: () => go({ info: false }) }),
    h("div", { class: "scroll" },
      h("ul", { class: "members", "data-testid": "group-members" }, group.members.slice(0, FACES).map((member) =>
        h("li", { key: member.userid }, face(member.name, member.type === 1 ? "is-staff" : "", member.account_id ? member.name : member.userid), h("span", null, member.name)))),
      more > 0 && h("p", { class: "more-members" }, `还有 ${more} 位群成员`),
      h("ul", { class: "rows" },
        row("群聊名称", group.name), row("群公告", group.notice || "未设置")),
      h("button", { class: "leave", "data-testid": "leave-group", onclick: () => leave(group.chat_id) }, "退出群聊")));
}

const row = (label, value) => h("li", { class: "pair" }, h("span", null, label), h("small", null, value));
