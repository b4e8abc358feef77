// The SMS app: one conversation, newest at the bottom; a tap copies the code.

import { take } from "./browser.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { home, look } from "./nav.js";
import { toBottom } from "./parts.js";
import { now, personOf, state } from "./store.js";
import { codeIn, phoneShown, stamp } from "./text.js";

export function smsView(account) {
  const messages = state.sms[account.person_id] ?? [];
  look("sms", messages);
  return h("div", { class: "sms-app view", key: "sms" },
    h("header", { class: "sms-head" },
      h("button", { class: "nav-button", onclick: home, "aria-label": "返回" }, icon("back")),
      h("div", null, h("i", { class: "sms-face", "aria-hidden": "true" }, "信"), h("b", null, "短信通知"),
        h("small", null, `本机 ${phoneShown(personOf(account).phone)}`)),
      h("span", { class: "nav-button" })),
    h("div", { class: "scroll sms-list", after: toBottom, "data-testid": "sms-inbox", tabindex: "0", role: "log", "aria-label": "短信" },
      messages.length === 0 && h("p", { class: "empty" }, "还没有短信"),
      messages.map((sms) => bubble(sms))));
}

function bubble(sms) {
  const code = codeIn(sms);
  const parts = code ? sms.text.split(code) : [sms.text];
  return h("div", { class: "sms", key: sms.sms_id, "data-testid": "sms" },
    h("time", null, stamp(sms.at, now())),
    h("button", { class: "sms-bubble", disabled: !code, onclick: () => take(code), "data-code": code },
      h("span", null, `【${sms.sign}】`), withoutSign(parts[0], sms.sign), code && h("u", null, code), parts.slice(1).join(code ?? ""),
      code && h("small", null, "轻点复制验证码")));
}

// Some vendors write the signature into the text themselves.
const withoutSign = (text, sign) => (text.startsWith(`【${sign}】`) ? text.slice(sign.length + 2) : text);
