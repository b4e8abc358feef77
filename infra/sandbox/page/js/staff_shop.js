// The shop behind the counter: orders with what staff do, cards to send, the pushes with their answers, and how they misbehave.

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./nav.js";
import { face } from "./parts.js";
import { dialledPart } from "./staff_dialled.js";
import { switchesOf } from "./staff_faults.js";
import { accountOf, changed, current, state } from "./store.js";
import { secondOf } from "./text.js";

const ASKED = "WAIT_SELLER_AGREE";
const opened = new Set();
let here = "orders";

const does = (path, body) => attempt(() => post(path, body));
const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
const asks = (order) => order.refunds.filter((one) => one.status === ASKED);

/** What only staff can move on: refunds to answer, pushes that nobody took. */
export const waitingForShop = () => state.shop.orders.reduce((sum, order) => sum + asks(order).length, 0) + (state.shop.stopped ? 1 : 0);

export function shopTab() {
  const parts = { orders: [`Orders ${state.shop.orders.length || ""}`, ordersPart], pushes: ["Pushes", pushesPart], dialled: [`Calls made ${state.dialled.length || ""}`, dialledPart], switches: ["How pushes behave", switchesPart] };
  return [
    h("nav", { class: "parts", "aria-label": "Parts of the shop" }, Object.entries(parts).map(([id, [name]]) =>
      h("button", { "aria-pressed": String(here === id), "data-testid": `shop-part-${id}`, onclick: () => { here = id; changed(); } }, name,
        id === "switches" && changedSwitches() > 0 && h("em", { class: "count is-urgent" }, changedSwitches())))),
    state.shop.stopped && h("p", { class: "refusal", role: "status", "data-testid": "breaker" }, "Circuit breaker: more than 80 % of the pushes failed, so all are stopped. One goes out as a probe now and then; the first success resumes them."),
    parts[here][1]()];
}

const changedSwitches = () => Object.entries(state.switches).filter(([name, one]) => name.startsWith("youzan.") && one.value !== one.default).length;

function ordersPart() {
  const { orders } = state.shop;
  const paid = orders.filter((one) => one.paid);
  const sum = (part) => yuan(paid.reduce((all, one) => all + one[part], 0));
  return [
    h("div", { class: "figures" }, figure("orders", orders.length), figure("paid", paid.length), figure("revenue", sum("payment_fen")), figure("refunded", sum("refunded_fen"))),
    sendForm(),
    orders.length === 0 && h("p", { class: "quiet" }, "No orders yet. On the phone, open 鱼塘小店: in the account's menu, under 发现, or from a card sent above."),
    h("ul", { class: "orders", "data-testid": "shop-orders" }, [...orders].reverse().map(orderCard))];
}

const figure = (name, value) => h("p", null, h("b", null, value), h("small", null, name));

function sendForm() {
  const groups = state.staff.groups.filter((one) => one.status === "open");
  return h("form", { class: "row-form", onsubmit: send, "data-testid": "send-card" },
    h("select", { name: "good", "aria-label": "Goods" }, state.shop.goods.map((one) => h("option", { key: one.item_id, value: one.item_id }, `${one.title} ${yuan(one.price_fen)}`))),
    h("select", { name: "to", "aria-label": "To" }, h("option", { value: "" }, `${current()?.nickname ?? "her"}: the account's chat`),
      groups.map((one) => h("option", { key: one.chat_id, value: one.chat_id }, one.name))),
    h("button", { class: "primary" }, "Send the card"));
}

function send(event) {
  event.preventDefault();
  const { good, to } = event.target.elements;
  const one = state.shop.goods.find((item) => item.item_id === Number(good.value));
  if (!to.value) does(`/accounts/${state.account}/card`, { item_id: one.item_id });
  else {
    const group = state.staff.groups.find((item) => item.chat_id === to.value);
    does(`/groups/${to.value}/say`, { userid: group.owner, text: `${one.title}，群友价 ¥${one.price_fen / 100}\n${location.origin}/shop/goods/${one.item_id}` });
  }
}

const STATES = {
  WAIT_BUYER_PAY: ["unpaid", ""], TRADE_PAID: ["paid", "is-lost"], WAIT_SELLER_SEND_GOODS: ["to ship", "is-lost"],
  WAIT_BUYER_CONFIRM_GOODS: ["shipped", "is-wecom"], TRADE_SUCCESS: ["done", "is-delivered"], TRADE_CLOSED: ["closed", ""],
};
const BY = { buyer: "cancelled", seller: "closed by us", refund: "refunded" };

function orderCard(order) {
  const buyer = accountOf(order.account_id);
  const [name, tone] = STATES[order.status];
  const path = `/shop/orders/${order.tid}`;
  const toSend = order.items.filter((item) => !item.sent);
  const shipping = order.status === "WAIT_SELLER_SEND_GOODS";
  const waits = asks(order);
  return h("li", { class: "order-card", key: order.tid, "data-testid": `order-${order.tid}`, "data-status": order.status },
    h("header", null, face(buyer?.nickname ?? "?"), h("span", null, h("b", null, buyer?.nickname ?? "gone"), h("small", null, order.tid)),
      h("span", { class: "order-sum" }, h("b", null, yuan(order.payment_fen)), order.refunded_fen > 0 && h("small", null, `− ${yuan(order.refunded_fen)}`)),
      h("em", { class: `tag ${tone}` }, order.closed ? BY[order.closed] : name)),
    h("ul", { class: "order-items" }, order.items.map((item) => h("li", { key: item.oid },
      h("img", { src: `/page/shop/${item.item_id}.svg`, alt: "" }), h("span", null, `${item.title} × ${item.num}`), h("small", null, yuan(item.payment_fen)),
      order.virtual && h("em", { class: "tag is-sms" }, "virtual"),
      item.sent && h("em", { class: "tag is-wecom" }, "sent"),
      shipping && !item.sent && order.items.length > 1 && h("button", { "data-testid": `ship-${item.oid}`, onclick: () => does(`${path}/ship`, { oids: [item.oid] }) }, "Ship this")))),
    order.refunds.map((one) => refundLine(order, one)),
    order.status !== "TRADE_CLOSED" && h("footer", null,
      shipping && h("button", { class: "primary", "data-testid": "ship", onclick: () => does(`${path}/ship`) }, toSend.length < order.items.length ? "Ship the rest" : "Ship"),
      order.status === "WAIT_BUYER_PAY" && h("button", { "data-testid": "staff-pay", onclick: () => does(`${path}/pay`) }, "She pays"),
      order.status === "WAIT_BUYER_CONFIRM_GOODS" && h("button", { "data-testid": "staff-confirm", onclick: () => does(`${path}/confirm`) }, "She confirms"),
      h("button", { class: "is-danger", disabled: waits.length > 0, "data-testid": "close", title: order.paid ? "The system gives back what is left" : "Unpaid: just closes", onclick: () => does(`${path}/close`) }, order.paid ? "Refund all and close" : "Close")));
}

const REFUNDS = { SUCCESS: ["refunded", "is-delivered"], SELLER_REFUSE_BUYER: ["refused", "is-failed"], CLOSED: ["withdrawn", ""], [ASKED]: ["asks", "is-lost"] };

function refundLine(order, one) {
  const [name, tone] = REFUNDS[one.status];
  const path = `/shop/orders/${order.tid}/refunds/${one.refund_id}`;
  return h("p", { class: "refund-line", key: one.refund_id, "data-testid": `refund-${one.refund_id}` },
    h("em", { class: `tag ${tone}` }, name), h("span", null, `${yuan(one.fen)} of ${order.items.find((item) => item.oid === one.oid)?.title}`),
    one.status === ASKED && [h("button", { class: "primary", "data-testid": "agree", onclick: () => does(`${path}/agree`) }, "Agree"),
      h("button", { class: "is-danger", "data-testid": "refuse", onclick: () => does(`${path}/refuse`) }, "Refuse")]);
}

function pushesPart() {
  return [
    h("div", { class: "row-form" },
      h("button", { "data-testid": "test-push", title: "As the console's button: not to be booked", onclick: () => does("/shop/test") }, "Send a test push"),
      h("p", { class: "fine" }, state.config.youzan?.callback_url ? "to " : "no address to push to is set", h("code", null, state.config.youzan?.callback_url ?? ""))),
    state.pushes.length === 0 && h("p", { class: "quiet" }, "No pushes yet. Every step of an order sends some; each shows here with every attempt and what was answered."),
    h("ul", { class: "log", "data-testid": "pushes" }, state.pushes.map(pushLine))];
}

function pushLine(push) {
  const { push_id: id, status, answers, body } = push;
  const isOpen = opened.has(id);
  const toggle = () => { if (isOpen) opened.delete(id); else opened.add(id); changed(); };
  const last = answers.at(-1);
  return h("li", { key: id, class: isOpen ? "is-open" : "", "data-testid": `push-${id}`, "data-status": status },
    h("button", { class: "log-line", "aria-expanded": String(isOpen), onclick: toggle },
      h("time", null, secondOf(push.at)), h("span", { class: "log-what" }, h("b", null, push.type.replace(/^trade_|^youzan_trade_/, "")),
        h("small", null, body.test ? "test" : `v ${body.version} · …${push.id.slice(-6)}`)),
      push.type.startsWith("youzan_") && h("em", { class: "tag is-sms" }, "new set"),
      push.attempts > 1 && h("span", { class: "tries" }, `${push.attempts} tries`),
      last && h("span", { class: "took" }, `${Math.round(last.seconds * 1000)} ms`),
      h("em", { class: `tag is-${status}` }, status), icon("down")),
    isOpen && h("div", { class: "log-more" },
      h("ol", { class: "attempts" }, answers.map((one) => h("li", null, h("time", null, secondOf(one.at)),
        h("b", { class: one.error || one.http_status !== 200 ? "is-bad" : "is-good" }, one.http_status ?? "none"),
        h("span", null, `${Math.round(one.seconds * 1000)} ms`), h("code", null, one.error || one.answer || "(empty)")))),
      h("pre", { tabindex: "0" }, JSON.stringify(shown(body), null, 1)),
      h("button", { "data-testid": "repeat-push", onclick: () => does(`/shop/pushes/${id}/repeat`) }, icon("repeat"), "Send again")));
}

/** The envelope with its message decoded, as a person reads it. */
function shown(body) {
  if (typeof body.msg !== "string") return body;
  return { ...body, msg: JSON.parse(decodeURIComponent(body.msg.replaceAll("+", " "))) };
}

function switchesPart() {
  return [h("fieldset", { class: "switches" }, h("legend", null, "Youzan"), switchesOf("youzan")),
    h("p", { class: "fine" }, "A virtual order (育儿课程) never sends BuyerPay. Errors and delays of Youzan's API are set under Faults.")];
}
