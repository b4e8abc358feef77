// WeChat: the four tabs, and pictures seen large. Conversations are in chat.js and groups.js.

import { briefly } from "./attachments.js";
import { accountView, chatView, profileView } from "./chat.js";
import { h } from "./dom.js";
import { groupInfoView, groupView } from "./groups.js";
import { icon } from "./icons.js";
import { follow, go, openApp, openChat, openUrl, place, scan, unread } from "./nav.js";
import { contactsOf, face, head, messagesFor, staffName } from "./parts.js";
import { accountName, now, state } from "./store.js";
import { brief, stamp } from "./text.js";

const TABS = [["chats", "微信", "chat"], ["contacts", "通讯录", "people"], ["discover", "发现", "compass"], ["me", "我", "me"]];

export function wechatView(account) {
  const at = place();
  if (at.card) return profileView(account, at.card);
  if (at.chat === "account") return at.info ? profileView(account, null) : accountView(account);
  if (at.chat?.startsWith("staff:")) return chatView(account, at.chat.slice(6));
  const group = at.chat?.startsWith("group:") && groupsOf(account).find((g) => g.chat_id === at.chat.slice(6));
  if (group) return at.info ? groupInfoView(account, group) : groupView(account, group);
  const total = wechatUnread(account);
  return h("div", { class: "wechat view", key: "wechat", "data-testid": "wechat" },
    head({ chats: total ? `微信(${total})` : "微信", contacts: "通讯录", discover: "发现", me: "我" }[at.tab],
      { side: h("button", { class: "nav-button", "aria-label": "扫一扫", onclick: () => openApp("scan") }, icon("scan")) }),
    h("div", { class: "scroll", key: at.tab }, { chats, contacts, discover, me }[at.tab](account)),
    h("nav", { class: "tab-bar", "aria-label": "微信" }, TABS.map(([tab, label, picture]) =>
      h("button", { class: at.tab === tab ? "is-on" : "", "data-testid": `tab-${tab}`, "aria-current": at.tab === tab ? "page" : null,
        onclick: () => go({ tab, chat: null }) }, h("i", null, icon(picture), tab === "chats" && total > 0 && h("em", { class: "badge" }, total)), label))));
}

const groupsOf = (account) => state.groups[account.account_id] ?? [];
const accountChat = (account) => state.chats[account.account_id] ?? [];
// Only what someone else said counts as new; one's own words and the chat's grey lines don't.
const fromOthers = (messages) => messages.filter((m) => m.from === "account");

export function wechatUnread(account) {
  return unread("account", fromOthers(accountChat(account)))
    + contactsOf(account).reduce((sum, contact) => sum + unread(`staff:${contact.userid}`, contact.messages), 0)
    + groupsOf(account).reduce((sum, group) => sum + unread(group.chat_id, messagesFor(account, group)), 0);
}

function chats(account) {
  const rows = [];
  const told = accountChat(account);
  if (account.following || told.length) {
    const last = told.at(-1);
    rows.push({ chat: "account", name: accountName(), kind: "is-account", at: last?.at ?? 0, id: "account",
      text: last ? brief(last.title ?? (last.text || (last.picture ? "[图片]" : ""))) : "", count: unread("account", fromOthers(told)) });
  }
  for (const group of groupsOf(account)) {
    const messages = messagesFor(account, group);
    const last = messages.at(-1);
    rows.push({ chat: `group:${group.chat_id}`, name: group.name, kind: "is-group", at: last?.at ?? 0, id: group.chat_id,
      text: last ? (last.system ? "" : `${last.from}：`) + brief(briefly(last)) : "", count: unread(group.chat_id, messages) });
  }
  for (const contact of contactsOf(account)) {
    const last = contact.messages.at(-1);
    rows.push({ chat: `staff:${contact.userid}`, name: staffName(contact.userid), kind: "is-staff", at: last?.at ?? 1, id: contact.userid,
      text: brief(briefly(last) || contact.welcome) || "你已添加了对方，现在可以开始聊天了", count: unread(`staff:${contact.userid}`, contact.messages) });
  }
  if (rows.length === 0) {
    return h("div", { class: "empty" }, h("p", null, "还没有聊天"), h("p", null, "用「扫一扫」扫渠道二维码，关注公众号"),
      h("button", { class: "wx-button", onclick: () => openApp("scan") }, "扫一扫"));
  }
  return h("ul", { class: "rows" }, rows.sort((a, b) => b.at - a.at).map((row) => h("li", { key: row.chat },
    h("button", { "data-testid": `chat-${row.id}`, onclick: () => openChat(row.chat) },
      h("span", { class: "face-box" }, face(row.name, row.kind), row.count > 0 && h("em", { class: "badge" }, row.count)),
      h("span", { class: "row-main" }, h("b", null, row.name), h("small", null, row.text)),
      row.at > 1 && h("time", null, stamp(row.at, now()))))));
}

function entry(label, picture, onclick, testid, extra) {
  return h("li", null, h("button", { class: "entry", onclick, "data-testid": testid },
    picture, h("span", { class: "row-main" }, h("b", null, label)), extra && h("small", null, extra)));
}

function contacts(account) {
  return [
    h("ul", { class: "rows" },
      entry("新的朋友", h("i", { class: "face is-tool-orange" }, icon("people")), () => openApp("scan")),
      entry("群聊", h("i", { class: "face is-tool-green" }, icon("chat")), () => go({ tab: "chats" }), null, String(groupsOf(account).length)),
      entry("公众号", h("i", { class: "face is-tool-blue" }, icon("me")),
        () => (account.following ? openChat("account") : go({ card: { search: true } })), "contact-account", account.following ? "1" : "搜索关注")),
    h("h3", { class: "rows-title" }, "企业微信联系人"),
    h("ul", { class: "rows" }, contactsOf(account).length === 0 && h("li", { class: "empty-row" }, "还没有联系人"),
      contactsOf(account).map((c) => entry(staffName(c.userid), face(staffName(c.userid), "is-staff"), () => openChat(`staff:${c.userid}`),
        `contact-${c.userid}`, "@鱼塘")))];
}

function discover() {
  return [
    h("ul", { class: "rows" }, entry("视频号", h("i", { class: "face is-tool-orange" }, icon("play")), () => openApp("scan"))),
    h("ul", { class: "rows" }, entry("扫一扫", h("i", { class: "face is-tool-blue" }, icon("scan")), () => openApp("scan"), "discover-scan")),
    h("ul", { class: "rows" }, entry("鱼塘小店", h("i", { class: "face is-tool-orange" }, icon("bag")), () => openUrl("/shop/"), "discover-shop", "群友专享价")),
  ];
}

function me(account) {
  const person = state.people.find((p) => p.person_id === account.person_id);
  return [
    h("div", { class: "me-card" }, face(account.nickname, "is-large"), h("div", null, h("b", null, account.nickname),
      h("small", null, `手机号 ${person.phone}`))),
    h("ul", { class: "rows" }, entry(account.following ? `已关注 ${accountName()}` : `关注 ${accountName()}`,
      h("i", { class: "face is-tool-green" }, icon("chat")), () => (account.following ? openChat("account") : follow()), "me-follow"),
    entry("我的订单", h("i", { class: "face is-tool-orange" }, icon("list")), () => openUrl("/shop/orders"), "me-orders", "鱼塘小店")),
  ];
}

/** A picture on black; its code, if it has one, can be recognised. */
export function imageView(image) {
  return h("div", { class: "image-view view", key: "image", "data-testid": "image-view" },
    h("button", { class: "image-close", "aria-label": "关闭图片", onclick: () => go({ image: null }) },
      h("img", { src: image.src, alt: image.alt ?? "图片" })),
    h("button", { class: "wx-button is-quiet", "data-testid": "recognise-image", onclick: () => scan(image.code ?? image.src) }, "识别图中二维码"));
}
