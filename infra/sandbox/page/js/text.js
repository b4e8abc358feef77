// Words on the screen: times in China, links inside messages, codes inside an SMS.

import { h } from "./dom.js";

const ZONE = "Asia/Shanghai";
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
const exact = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});
const day = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "numeric", day: "numeric" });
const long = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "long", day: "numeric", weekday: "long" });

const at = (seconds) => new Date(seconds * 1000);
export const hourOf = (seconds) => clock.format(at(seconds));
export const secondOf = (seconds) => exact.format(at(seconds));
export const dayOf = (seconds) => long.format(at(seconds));

/** "12:05" today, "11/22 12:05" on another day, as chats head their messages. */
export function stamp(seconds, now) {
  return day.format(at(seconds)) === day.format(at(now)) ? hourOf(seconds) : `${day.format(at(seconds))} ${hourOf(seconds)}`;
}

// A link ends at a blank, at Chinese text or punctuation, or at a bracket.
const LINK = /<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'\u2e80-\u9fff\uff00-\uffef]+)/gi;

/** Text as nodes: WeChat shows `<a href>` in an account's text and bare addresses as links; anything else stays text. */
export function linked(text, open) {
  const nodes = [];
  let from = 0;
  for (const hit of text.matchAll(LINK)) {
    nodes.push(text.slice(from, hit.index));
    const url = (hit[1] ?? hit[3]).replaceAll("&amp;", "&");
    nodes.push(h("a", { href: url, "data-testid": "chat-link", onclick: (e) => { e.preventDefault(); open(url); } },
      hit[2] ?? hit[3]));
    from = hit.index + hit[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** The verification code in an SMS, or null. */
export function codeIn(sms) {
  if (sms.kind !== undefined && sms.kind !== "code") return null;
  const given = (sms.params || []).find((value) => /^\d{4,8}$/.test(value));
  return given ?? sms.text.match(/(?<!\d)\d{6}(?!\d)/)?.[0] ?? null;
}

/** The first line of a message, for lists. */
export const brief = (text) => (text || "").replace(/<[^>]+>/g, "").split("\n")[0].slice(0, 40);

/** A number the way people read it: +86 138 0000 0000. */
export const phoneShown = (phone) => phone.replace(/^(\+86)?(\d{3})(\d{4})(\d{4})$/, "$2 $3 $4");

/** A stable soft colour for a name's picture. */
export function hue(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}
