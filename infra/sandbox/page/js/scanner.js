// The scanner: the channels' codes a mother meets (a short video, a poster), other codes lying about, and any pasted text.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { go, home, scan } from "./nav.js";
import { staffName } from "./parts.js";
import { current, state } from "./store.js";

const LOOKS = {
  video: { word: "短视频", line: "宝宝哭闹怎么办？三招轻松哄睡" },
  poster: { word: "海报", line: "免费加入 · 同月龄妈妈群" },
  parcel: { word: "包裹卡", line: "随单附赠 · 育儿课程一份" },
};
const ORDER = Object.keys(LOOKS);

/** The things to scan: what the showcase names, and codes that it doesn't. */
export function channelCards() {
  const named = state.showcase.map((item) => {
    const code = item.code ?? state.codes.find((c) => c.scene === item.scene)?.url;
    return { ...item, code, look: LOOKS[item.look] ? item.look : "poster", channel: !item.code };
  });
  const others = state.codes.filter((code) => !named.some((item) => item.scene === code.scene || item.code === code.url))
    .map((code, index) => ({ scene: code.scene, code: code.url, title: code.scene, look: ORDER[index % ORDER.length], channel: true }));
  return [...named, ...others].filter((item) => item.code || item.scene);
}

/** Points the camera at a card: a channel's code shows the account first, as WeChat does; other codes act at once. */
export function point(card) {
  if (card.channel && !current().following) go({ app: "wechat", card, frame: null });
  else if (card.code) scan(card.code);
}

export function scannerView() {
  const cards = channelCards();
  const ways = [...state.staff.contact_ways.map((way) => ({ code: way.code, title: `加 ${way.users.map(staffName).join("、")} 为联系人`, id: way.config_id })),
    ...state.staff.join_ways.map((way) => ({ code: way.code, title: groupNames(way), id: way.config_id }))];
  return h("div", { class: "scanner view", key: "scanner", "data-testid": "scanner" },
    h("header", null, h("button", { class: "nav-button", onclick: home, "aria-label": "返回" }, icon("close")), h("b", null, "扫一扫"),
      h("span", { class: "nav-button" })),
    h("div", { class: "viewfinder", "aria-hidden": "true" }, h("i", null), h("p", null, "对准下面任意一个二维码，轻点即扫")),
    h("div", { class: "scanner-codes" },
      h("div", { class: "code-row", "data-testid": "channel-codes", role: "list", "aria-label": "渠道二维码" },
        cards.length === 0 && h("p", { class: "scanner-empty" }, "还没有渠道二维码。先在系统里建立渠道，它的二维码会出现在这里。"),
        cards.map((card) => channelCard(card))),
      h("details", { class: "other-codes" }, h("summary", null, "其他二维码"),
        h("div", { class: "ways" }, ways.map((way) => h("button", { key: way.id, "data-testid": `way-${way.id}`, onclick: () => scan(way.code) },
          h("img", { src: `/qr?text=${encodeURIComponent(way.code)}`, alt: "" }), h("span", null, way.title)))),
        h("form", { onsubmit: paste }, h("input", { name: "code", placeholder: "粘贴二维码里的文字", "aria-label": "二维码里的文字", "data-testid": "paste-code" }),
          h("button", { class: "send" }, "识别")))));
}

function groupNames(way) {
  const names = way.chat_ids.map((id) => state.staff.groups.find((group) => group.chat_id === id)?.name ?? id);
  return `入群 ${names.join("、")}`;
}

function channelCard(card) {
  const look = LOOKS[card.look];
  return h("button", { class: `channel-card is-${card.look}`, role: "listitem", key: card.scene ?? card.code,
    "data-testid": `channel-${card.scene ?? card.title}`, onclick: () => point(card), "aria-label": `扫描${look.word}：${card.title}` },
    h("span", { class: "card-word" }, card.look === "video" && icon("play"), look.word),
    h("strong", null, look.line),
    h("span", { class: "card-code" }, card.code && h("img", { src: `/qr?text=${encodeURIComponent(card.code)}`, alt: "" })),
    h("small", null, card.title));
}

function paste(event) {
  event.preventDefault();
  const text = event.target.elements.code.value.trim();
  if (text) scan(text);
}
