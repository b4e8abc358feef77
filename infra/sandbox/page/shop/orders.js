// Her orders: the list, and one with its steps, refunds and what she can do next.

import { h } from "../js/dom.js";
import { draw, open, shop, step, tabs } from "./shop.js";
import { dayOf, icon, picture, price, refundOf, stateOf, timeOf, yuan } from "./words.js";

const FILTERS = {
  all: ["全部", () => true],
  pay: ["待付款", (one) => one.status === "WAIT_BUYER_PAY"],
  ship: ["待发货", (one) => one.status === "WAIT_SELLER_SEND_GOODS"],
  receive: ["待收货", (one) => one.status === "WAIT_BUYER_CONFIRM_GOODS"],
  refund: ["退款", (one) => one.refunds.length > 0],
};

export function ordersView() {
  document.title = "我的订单";
  const shown = shop.orders.filter(FILTERS[shop.filter][1]);
  return h("main", { key: "orders", "data-testid": "shop-orders" },
    h("nav", { class: "filters" }, Object.entries(FILTERS).map(([id, [name]]) => h("button", { "aria-pressed": String(shop.filter === id),
      onclick: () => { shop.filter = id; draw(); } }, name))),
    shown.length === 0 && h("div", { class: "empty" }, icon("bag"), h("p", null, "这里还没有订单"), h("a", { class: "button is-main", href: "/shop/" }, "去逛逛")),
    shown.map((order) => card(order)), tabs("orders"));
}

function card(order) {
  const state = stateOf(order);
  return h("article", { class: "order", key: order.tid, "data-testid": `order-${order.tid}` },
    h("a", { href: `/shop/orders/${order.tid}` },
      h("header", null, h("small", null, dayOf(order.created)), h("b", { class: state.tone === "is-calm" ? "is-quiet" : "" }, state.name)),
      order.items.map((item) => thing(item)),
      h("p", { class: "sum" }, h("span", null, order.refunded_fen > 0 ? `已退 ${yuan(order.refunded_fen)}` : ""), h("span", null, order.paid ? "实付 " : "应付 ", h("b", null, yuan(order.payment_fen))))),
    deeds(order));
}

const thing = (item) => h("div", { class: "thing", key: item.oid }, h("img", { src: picture(item.item_id), alt: "" }),
  h("span", null, h("b", null, item.title), h("small", null, item.sent ? "已发货" : "")),
  h("span", null, yuan(item.payment_fen / item.num), h("small", null, `×${item.num}`)));

function deeds(order) {
  const path = `/shop/orders/${order.tid}`;
  const buttons = [];
  const add = (name, id, onclick, main) => buttons.push(h("button", { class: `button ${main ? "is-main" : ""}`, key: id, "data-testid": id, onclick }, name));
  if (order.status === "WAIT_BUYER_PAY") {
    add("取消订单", "cancel", () => step(`${path}/cancel`, {}, "订单已取消"));
    add("去付款", "pay", () => open({ kind: "pay", order }), true);
  }
  if (order.paid && order.left_fen > 0 && order.status !== "TRADE_CLOSED") {
    add("申请退款", "refund", () => open({ kind: "refund", order, oid: order.items[0].oid, text: null }));
  }
  if (order.status === "WAIT_BUYER_CONFIRM_GOODS") add("确认收货", "confirm", () => step(`${path}/confirm`, {}, "已确认收货"), true);
  return buttons.length > 0 && h("div", { class: "deeds" }, buttons);
}

export function orderView(order) {
  document.title = "订单详情";
  const state = stateOf(order);
  const goods = order.payment_fen - order.post_fen;
  return h("main", { key: "order", "data-testid": "shop-order", "data-tid": order.tid, "data-status": order.status },
    h("header", { class: `status ${state.tone}` }, h("h1", { "data-testid": "order-state" }, state.name), h("p", null, state.line)),
    h("section", { class: "panel" }, steps(order)),
    h("section", { class: "panel" }, order.items.map((item) => thing(item)),
      h("p", { class: "sum" }, h("span", null, "商品"), h("span", null, yuan(goods))),
      h("p", { class: "sum" }, h("span", null, "运费"), h("span", null, order.post_fen ? yuan(order.post_fen) : "免运费")),
      order.refunded_fen > 0 && h("p", { class: "sum" }, h("span", null, "已退款"), h("span", null, `- ${yuan(order.refunded_fen)}`)),
      h("p", { class: "sum is-total" }, h("span", null, order.refunded_fen ? "退款后实付" : order.paid ? "实付款" : "应付款"), price(order.payment_fen - order.refunded_fen))),
    order.refunds.length > 0 && h("section", { class: "panel" }, h("h3", null, "退款记录"), order.refunds.map((one) => refund(order, one))),
    h("section", { class: "panel" }, h("dl", { class: "facts" }, fact("订单编号", order.tid), fact("下单时间", timeOf(order.created)),
      order.paid > 0 && fact("付款时间", timeOf(order.paid)), order.paid > 0 && fact("付款方式", "微信支付"))),
    h("nav", { class: "bar" }, h("div", null, h("a", { class: "tab is-small", href: "/shop/" }, icon("home"), "首页"), h("a", { class: "tab is-small", href: "/shop/orders" }, icon("list"), "订单"),
      h("span", { style: "flex:1" }), deeds(order))));
}

const fact = (name, value) => [h("dt", null, name), h("dd", null, value)];

function steps(order) {
  const done = [["下单", order.created], ["付款", order.paid], [order.virtual ? "开通" : "发货", order.sent || (order.virtual && order.paid)], ["完成", order.received]];
  return h("ul", { class: "steps" }, done.map(([name, at]) => h("li", { class: at ? "is-done" : "" }, name, at > 0 && h("small", null, dayOf(at)))));
}

function refund(order, one) {
  const [tone, name] = refundOf(one);
  const title = order.items.find((item) => item.oid === one.oid)?.title ?? "";
  const open_ = ["WAIT_SELLER_AGREE", "SELLER_REFUSE_BUYER"].includes(one.status);
  return h("div", { class: "refund", key: one.refund_id, "data-testid": `refund-${one.refund_id}` },
    h("b", null, `退款 ${yuan(one.fen)}`), h("span", { class: tone }, name), h("small", null, title),
    open_ && h("button", { "data-testid": "withdraw", onclick: () => step(`/shop/orders/${order.tid}/refunds/${one.refund_id}/withdraw`, {}, "已撤销申请") }, h("small", null, "撤销申请")));
}
