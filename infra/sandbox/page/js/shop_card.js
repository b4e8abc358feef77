// The shop's goods as WeChat shows a link to them: a card with their picture, in chats and in groups.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openUrl } from "./nav.js";
import { state } from "./store.js";

/** The goods a text links to, or null. */
export function goodIn(text) {
  const id = text?.match(/\/shop\/goods\/(\d+)/)?.[1];
  return state.shop.goods.find((one) => one.item_id === Number(id)) ?? null;
}

export function shopCard(good) {
  return h("button", { class: "shop-card", "data-testid": `shop-card-${good.item_id}`, onclick: () => openUrl(`/shop/goods/${good.item_id}`) },
    h("span", { class: "shop-card-from" }, h("i", null, icon("bag")), "鱼塘小店"),
    h("b", null, good.title),
    h("img", { src: `/page/shop/${good.item_id}.svg`, alt: "" }),
    h("span", { class: "shop-card-foot" }, h("em", null, `¥${good.price_fen / 100}`), "去看看"));
}

/** A text's bubble, with the card below when the text links to goods. */
export function withCard(text, bubble) {
  const good = goodIn(text);
  return good ? h("div", { class: "bubble-stack" }, bubble, shopCard(good)) : bubble;
}
