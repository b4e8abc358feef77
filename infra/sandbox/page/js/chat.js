// Conversations with the official account and with staff, and the account's profile where one follows it.

import { attachment, attachmentLines, richMessage } from "./attachments.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { follow, go, look, openUrl, say, scan, unfollow } from "./nav.js";
import { bubble, contactsOf, face, head, inputBar, pause, staffName, toBottom } from "./parts.js";
import { goodIn, shopCard, withCard } from "./shop_card.js";
import { accountName, now, state } from "./store.js";
import { linked, stamp } from "./text.js";

// For those whose keyboard has no Chinese.
const PHRASES = ["预约", "你好"];

export function accountView(account) {
  const messages = state.chats[account.account_id] ?? [];
  look("account", messages.filter((m) => m.from === "account"));
  return h("div", { class: "chat view", key: "chat-account", "data-testid": "account-chat" },
    head(accountName(), { back: () => go({ chat: null }),
      side: h("button", { class: "nav-button", "aria-label": "公众号资料", "data-testid": "account-info", onclick: () => go({ info: true }) }, icon("me")) }),
    h("div", { class: "scroll messages", role: "log", tabindex: "0", "aria-label": "聊天记录", after: toBottom, "data-testid": "account-messages" },
      messages.flatMap((message, index) => [
        pause(messages[index - 1], message) && h("time", { class: "time-line", key: `t${message.message_id}` }, stamp(message.at, now())),
        accountMessage(account, message)])),
    account.following ? inputBar(say, { phrases: PHRASES, menu: state.config.official_account?.menu ?? [] })
      : h("footer", { class: "input-bar is-off" }, h("button", { class: "wx-button", onclick: () => follow() }, "关注公众号")));
}

function accountMessage(account, message) {
  const key = String(message.message_id);
  if (message.from === "system" || message.kind === "event" || message.kind === "notice") {
    return h("p", { class: "grey-line", key, "data-testid": "message", "data-from": "system" }, message.text);
  }
  const mine = message.from === "user";
  const about = { mine, name: mine ? account.nickname : accountName(), kind: mine ? "" : "is-account" };
  return bubble({ key, node: content(message) }, about);
}

function content(message) {
  const rich = richMessage(message);
  if (rich) return rich;
  const { kind, text, url, title } = message;
  if (kind === "template") return template(message);
  if (kind === "news") {
    if (goodIn(url)) return shopCard(goodIn(url));
    return h("button", { class: "card", onclick: () => url && openUrl(url) }, h("b", null, title), h("p", null, text));
  }
  if (kind === "image") return picture(url, text);
  return withCard(text, h("div", { class: "bubble" }, linked(text, openUrl)));
}

// A template's keys are a kind and a number; what a person reads is a label.
const LABELS = { thing: "内容", time: "时间", date: "日期", character_string: "编号", number: "数量", phrase: "状态", name: "姓名", first: "", keyword: "内容", remark: "" };
const label = (key) => LABELS[key.replace(/\d+$/, "")] ?? key;

function template({ title, text, url }) {
  const lines = text.split("\n").map((line) => line.match(/^([^:：]*)[:：]\s*(.*)$/) ?? [line, "", line]);
  return h(url ? "button" : "div", { class: "card is-template", "data-testid": "template", onclick: url ? () => openUrl(url) : null },
    h("b", null, title || "服务通知"), h("div", { class: "pairs" }, lines.map(([, key, value]) => [h("span", null, label(key)), h("span", null, value)])),
    url && h("em", null, "查看详情"));
}

function picture(src, alt, code) {
  if (!src) return h("div", { class: "bubble" }, icon("image"), " 图片");
  return h("button", { class: "picture", "data-testid": "picture", onclick: () => go({ image: { src, alt, code } }) }, h("img", { src, alt: alt || "图片" }));
}

/** The account's card: what a scanned channel code opens first, and where one stops following. */
export function profileView(account, card) {
  const done = () => (card?.code ? scan(card.code) : follow(card?.scene ? { scene: card.scene } : undefined));
  return h("div", { class: "profile view", key: "profile", "data-testid": "account-profile" },
    head("", { back: () => go(card ? { card: null, app: card.search ? "wechat" : "scan" } : { info: false }) }),
    h("div", { class: "scroll profile-body" },
      face(accountName(), "is-account is-large"), h("h2", null, accountName()),
      h("p", null, "陪伴从备孕到育儿的每一天"), h("p", { class: "profile-fine" }, "服务号 · 演示账号"),
      card?.title && h("p", { class: "profile-from" }, `来自 ${card.title}`),
      card || !account.following
        ? h("button", { class: "wx-button", "data-testid": "follow", onclick: done }, "关注公众号")
        : [h("button", { class: "wx-button", onclick: () => go({ info: false }) }, "发消息"),
          h("button", { class: "wx-button is-quiet", "data-testid": "unfollow", onclick: unfollow }, "不再关注")]));
}

/** The conversation with a staff member: what WeCom's welcome brought. */
export function chatView(account, userid) {
  const name = staffName(userid);
  const contact = contactsOf(account).find((c) => c.userid === userid);
  const about = { mine: false, name, kind: "is-staff" };
  look(`staff:${userid}`, contact?.messages ?? []);
  return h("div", { class: "chat view", key: `chat-${userid}`, "data-testid": "staff-chat" },
    head(h("span", null, name, h("small", { class: "corp" }, "@鱼塘")), { back: () => go({ chat: null }) }),
    h("div", { class: "scroll messages", role: "log", tabindex: "0", after: toBottom },
      h("p", { class: "grey-line" }, contact ? `你已添加了${name}，现在可以开始聊天了` : "等待对方通过好友申请"),
      contact?.welcome && bubble({ key: "welcome", node: h("div", { class: "bubble" }, linked(contact.welcome, openUrl)) }, about),
      (contact?.attachments ?? []).map((part, index) => bubble({ key: `part${index}`, node: attachment(part) }, about)),
      (contact?.messages ?? []).flatMap((message, index) => [
        h("time", { class: "time-line", key: `t${index}` }, stamp(message.at, now())),
        message.text && bubble({ key: `m${index}`, node: h("div", { class: "bubble" }, linked(message.text, openUrl)) }, about),
        attachmentLines(message, about, `m${index}`)])));
}
