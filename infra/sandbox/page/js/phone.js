// The phone's body: status bar, home screen, the app in front, the banner of a new SMS, and the home bar.

import { browserView, take } from "./browser.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { home, openApp, place, unread } from "./nav.js";
import { scannerView } from "./scanner.js";
import { smsView } from "./sms.js";
import { changed, current, now, personOf, state } from "./store.js";
import { codeIn, dayOf, hourOf } from "./text.js";
import { imageView, wechatUnread, wechatView } from "./wechat.js";

const BANNER_SECONDS = 8;
const shown = new Map();

export function phoneView() {
  const account = current();
  if (!account) return h("div", { class: "phone is-empty", "data-testid": "phone" }, h("div", { class: "screen" }));
  const at = place();
  watchSms(account);
  const dark = at.app === "scan" || at.app === "home" || at.image;
  return h("section", { class: `phone app-${at.app}`, "data-testid": "phone", "data-account": account.account_id, "aria-label": "手机" },
    h("div", { class: "screen" },
      h("div", { class: `status-bar ${dark ? "on-dark" : ""}`, "aria-hidden": "true" },
        h("span", { class: "status-time" }, hourOf(now())), h("span", { class: "island" }),
        h("span", { class: "status-signs" }, h("i", { class: "bars" }), h("i", { class: "net" }, "5G"), h("i", { class: "cell" }))),
      h("div", { class: "app", key: account.account_id }, app(at, account)),
      bannerView(account),
      state.toast && h("div", { class: "toast", role: "status", "data-testid": "toast" }, state.toast),
      h("button", { class: `home-bar ${dark ? "on-dark" : ""}`, "data-testid": "home-button", "aria-label": "回到桌面", onclick: home },
        h("i"))));
}

function app(at, account) {
  // The browser stays in the tree while another app is in front, so that coming back finds the form as it was left.
  return [
    at.app === "home" && homeView(account),
    at.app === "sms" && smsView(account),
    at.app === "scan" && scannerView(account),
    at.app === "wechat" && !at.frame && wechatView(account),
    at.frame && browserView(at),
    at.image && imageView(at.image),
  ];
}

function homeView(account) {
  const messages = state.sms[account.person_id] ?? [];
  return h("div", { class: "home", "data-testid": "home-screen", key: "home" },
    h("div", { class: "home-clock" }, h("b", null, hourOf(now())), h("span", null, dayOf(now()))),
    h("div", { class: "home-apps" },
      appIcon("wechat", "微信", icon("chat"), wechatUnread(account)),
      appIcon("sms", "短信", icon("chat"), unread("sms", messages)),
      appIcon("scan", "扫一扫", icon("scan"), 0)),
    h("p", { class: "home-owner" }, `${personOf(account).nickname} 的手机`));
}

function appIcon(app, label, picture, count) {
  return h("button", { class: `app-icon is-${app}`, "data-testid": `app-${app}`, onclick: () => openApp(app),
    "aria-label": count ? `${label}，${count} 条新消息` : label },
    h("i", null, picture, count > 0 && h("em", { class: "badge" }, count > 99 ? "99+" : count)), h("span", null, label));
}

/** Notices an SMS that came while the page was looking; what lay in the inbox before is no news. */
function watchSms(account) {
  const messages = state.sms[account.person_id];
  if (!messages) return;
  const before = shown.get(account.person_id);
  shown.set(account.person_id, messages.length);
  if (before === undefined || messages.length <= before) return;
  const newest = messages.at(-1);
  state.banner = { sms: newest, person: account.person_id };
  setTimeout(() => { if (state.banner?.sms === newest) { state.banner = null; changed(); } }, BANNER_SECONDS * 1000);
}

function bannerView(account) {
  const { banner } = state;
  if (!banner || banner.person !== account.person_id || place().app === "sms") return null;
  const { sms } = banner;
  const code = codeIn(sms);
  return h("button", { class: "banner", key: sms.sms_id, "data-testid": "sms-banner", onclick: () => take(code),
    "aria-label": `短信：${sms.text}` },
    h("i", { class: "banner-icon" }, icon("chat")),
    h("span", null, h("b", null, `短信 · ${sms.sign}`), h("span", { class: "banner-text" }, sms.text),
      code && h("em", null, place().frame ? `轻点填入验证码 ${code}` : `轻点复制验证码 ${code}`)));
}
