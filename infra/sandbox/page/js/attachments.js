// What messages carry beside text: pictures, link cards, mini programs, videos, files, questions; in groups, with staff, from the account.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { go, openUrl, say } from "./nav.js";
import { bubble } from "./parts.js";
import { toast } from "./store.js";

/** Each attachment of a message as a line of its own, as WeChat shows them. */
export function attachmentLines(message, about, key = "") {
  return (message.attachments ?? []).map((part, index) => bubble({ key: `${key}part${index}`, node: attachment(part) }, about));
}

/** The row of a conversation list: the last thing said, in words. */
export function briefly(message) {
  if (message?.text) return message.text;
  const part = message?.attachments?.at(-1);
  return part ? NAMES[part.msgtype] ?? "" : "";
}

const NAMES = { image: "[图片]", link: "[链接]", miniprogram: "[小程序]", video: "[视频]", file: "[文件]" };

/** One attachment, as WeCom's API named it; `shown` has the address and name of what was uploaded. */
export function attachment(part) {
  const kind = part.msgtype;
  const about = part[kind] ?? {};
  const shown = part.shown ?? {};
  if (kind === "image") return picture(shown.url ?? about.pic_url);
  if (kind === "link") return linkCard({ title: about.title, text: about.desc, picture: shown.url, url: about.url });
  if (kind === "miniprogram") return miniprogram(about.title, shown.url);
  if (kind === "video") return video(shown.url);
  return file(shown.filename);
}

/** A custom message of the account that is more than text, or nothing. */
export function richMessage(message) {
  const { kind, text, title, url, picture: src, choices } = message;
  if (kind === "image" && src) return picture(src);
  if (kind === "miniprogrampage") return miniprogram(title, src);
  if (kind === "msgmenu") return question(text, choices);
  if ((kind === "news" && src) || kind === "mpnewsarticle") return linkCard({ title, text, picture: src, url });
  return null;
}

function picture(src) {
  if (!src) return h("div", { class: "bubble" }, icon("image"), " 图片");
  return h("button", { class: "picture", "data-testid": "picture", onclick: () => go({ image: { src, alt: "图片" } }) }, h("img", { src, alt: "图片", onload: keepLow }));
}

// A picture is as high as it is only once it has come; who read the newest line goes on seeing it.
const NEAR = 420;
function keepLow({ target }) {
  const list = target.closest(".messages");
  if (list && list.scrollHeight - list.scrollTop - list.clientHeight < NEAR) list.scrollTop = list.scrollHeight;
}

// One that is not there leaves no broken frame.
const hide = (event) => { event.target.hidden = true; };

function linkCard({ title, text, picture: src, url }) {
  return h("button", { class: "card is-link", "data-testid": "link-card", onclick: () => url && openUrl(url) },
    h("b", null, title), h("span", { class: "link-row" }, h("small", null, text || url),
      src ? h("img", { src, alt: "", onerror: hide }) : h("i", { class: "link-mark" }, icon("chain"))));
}

function miniprogram(title, src) {
  return h("button", { class: "card is-miniprogram", "data-testid": "miniprogram", onclick: () => toast("演示环境不打开小程序") },
    h("b", null, title), src ? h("img", { src, alt: "" }) : h("i", { class: "empty-picture" }, icon("image")),
    h("small", { class: "mini-foot" }, "小程序"));
}

function video(src) {
  if (!src) return h("div", { class: "bubble" }, icon("play"), " 视频");
  return h("a", { class: "card is-video", href: src, target: "_blank", rel: "noopener", "data-testid": "video", "aria-label": "播放视频" }, h("i", null, icon("play")));
}

function file(name) {
  const ending = (name ?? "").split(".").at(-1).toUpperCase().slice(0, 4);
  return h("div", { class: "card is-file", "data-testid": "file" },
    h("span", null, h("b", null, name || "文件"), h("small", null, "企业微信")), h("i", { class: "file-mark" }, ending || "?"));
}

function question(text, choices) {
  return h("div", { class: "bubble", "data-testid": "question" }, text,
    h("span", { class: "choices" }, (choices ?? []).map((words) => h("button", { key: words, onclick: () => say(words) }, words))));
}
