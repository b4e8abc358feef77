// The shop as a mother has it in WeChat. Each address is a page of its own, so that WeChat's back button works; whose shop
// it is, the cookie says that the phone sets.

import { get, listen, post } from "../js/api.js";
import { h, patch } from "../js/dom.js";
import { orderView, ordersView } from "./orders.js";
import { sheetView } from "./sheets.js";
import { icon, picture, price, yuan } from "./words.js";

const root = document.getElementById("shop");
export const account = document.cookie.match(/(?:^|;\s*)sandbox_account=([^;]+)/)?.[1] ?? null;
export const shop = { goods: [], orders: [], sheet: null, toast: null, filter: "all", loaded: false, postage: 0 };

export const good = (id) => shop.goods.find((one) => one.item_id === Number(id));

export function draw() {
  patch(root, [page(), sheetView(), shop.toast && h("p", { class: "toast", role: "status", "data-testid": "shop-toast" }, shop.toast)].filter(Boolean));
  document.body.dataset.ready = String(shop.loaded);
}

let fading;
export function toast(text) {
  shop.toast = text;
  clearTimeout(fading);
  fading = setTimeout(() => { shop.toast = null; draw(); }, 2200);
  draw();
}

export async function read() {
  const found = await get("/shop");
  shop.goods = found.goods;
  shop.orders = found.orders.filter((one) => one.account_id === account).reverse();
  shop.postage = found.postage_fen;
  if (!shop.loaded && location.hash === "#pay") {
    history.replaceState(null, "", location.pathname);
    const order = shop.orders.find((one) => location.pathname.endsWith(one.tid) && one.status === "WAIT_BUYER_PAY");
    if (order) shop.sheet = { kind: "pay", order };
  }
  shop.loaded = true;
  draw();
}

/** One step of an order; a refusal becomes a word. */
export async function step(path, body, done) {
  try {
    const order = await post(path, body);
    shop.sheet = null;
    await read();
    if (done) toast(done);
    return order;
  } catch (error) {
    toast(error.code === "wrong_step" ? "现在不能这样操作，请刷新看看" : error.message);
    return null;
  }
}

export function open(sheet) {
  shop.sheet = sheet;
  draw();
}

function page() {
  if (!account) return h("div", { class: "empty" }, icon("bag"), h("p", null, "请在微信客户端打开链接"));
  if (!shop.loaded) return h("div", { class: "empty" }, h("p", null, "加载中…"));
  const [, , part, id] = location.pathname.split("/");
  if (part === "goods" && good(id)) return goodView(good(id));
  if (part === "orders" && id) {
    const order = shop.orders.find((one) => one.tid === id);
    return order ? orderView(order) : h("div", { class: "empty" }, icon("list"), h("p", null, "找不到这个订单"), h("a", { class: "button", href: "/shop/orders" }, "我的订单"));
  }
  return part === "orders" ? ordersView() : homeView();
}

function homeView() {
  document.title = "鱼塘小店";
  return h("main", { key: "home", "data-testid": "shop-home" },
    h("header", { class: "hello" }, h("h1", null, "鱼塘小店"), h("p", null, "妈妈们一起挑的，放心用的好东西"),
      h("ul", null, ["群友专享价", "48 小时发货", "7 天无忧退"].map((one) => h("li", null, one)))),
    h("h2", { class: "section" }, "大家都在买", h("small", null, `${shop.goods.length} 件好物`)),
    h("ul", { class: "goods" }, shop.goods.map((one) => h("li", { key: one.item_id },
      h("a", { class: "good", href: `/shop/goods/${one.item_id}`, "data-testid": `good-${one.item_id}` }, h("img", { src: picture(one.item_id), alt: "" }),
        h("span", { class: "good-words" }, h("b", null, one.title), h("p", null, one.brief)),
        h("span", { class: "good-foot" }, price(one.price_fen), h("span", { class: "was" }, yuan(one.was_fen)), h("small", null, `已售 ${many(one.sold)}`)))))),
    tabs("home"));
}

const many = (number) => (number >= 1000 ? `${(number / 1000).toFixed(1)}k` : number);

/** The two tabs below; orders that wait for her are counted. */
export function tabs(on) {
  const waiting = shop.orders.filter((one) => one.status === "WAIT_BUYER_PAY").length;
  return h("nav", { class: "bar", key: "tabs" }, h("div", null,
    h("a", { class: `tab ${on === "home" ? "is-on" : ""}`, href: "/shop/", "data-testid": "shop-tab-home" }, icon("home"), "首页"),
    h("a", { class: `tab ${on === "orders" ? "is-on" : ""}`, href: "/shop/orders", "data-testid": "shop-tab-orders" }, icon("list"),
      waiting > 0 && h("em", { class: "dot" }, waiting), "我的订单")));
}

function goodView(one) {
  document.title = one.title;
  return h("main", { key: "good", "data-testid": "shop-good" },
    h("img", { class: "cover", src: picture(one.item_id), alt: one.title }),
    h("section", { class: "panel is-over" },
      h("p", { class: "lead" }, price(one.price_fen), h("span", { class: "was" }, yuan(one.was_fen)), h("small", null, `已售 ${one.sold}`)),
      h("h2", null, one.title), h("p", { class: "brief" }, one.brief),
      h("p", { class: "tags" }, one.virtual ? h("span", { class: "tag is-virtual" }, "虚拟商品 · 即买即开通") : [h("span", { class: "tag" }, `顺丰包裹 运费 ${yuan(shop.postage)}`), h("span", { class: "tag" }, "7 天无忧退")])),
    h("section", { class: "panel" }, h("h3", null, "商品详情"), h("ul", { class: "about" }, one.about.map((line) => h("li", null, line)))),
    h("nav", { class: "bar" }, h("div", null,
      h("a", { class: "tab is-small", href: "/shop/" }, icon("home"), "首页"),
      h("a", { class: "tab is-small", href: "/shop/orders" }, icon("list"), "订单"),
      h("button", { class: "button is-main is-big", "data-testid": "buy", onclick: () => open({ kind: "buy", good: one, num: 1 }) }, "立即购买"))));
}

listen((change) => { if (["shop", "reset"].includes(change.what)) read(); }, () => {});
read();
