// What slides up from below: how many to buy, paying with WeChat, and asking for money back.

import { h } from "../js/dom.js";
import { post } from "../js/api.js";
import { account, draw, open, shop, step, toast } from "./shop.js";
import { fenOf, icon, picture, price, yuan } from "./words.js";

export function sheetView() {
  const { sheet } = shop;
  if (!sheet) return null;
  const close = () => open(null);
  const [title, body] = { buy: () => ["选择数量", buy(sheet)], pay: () => ["微信支付", pay(sheet.order)], refund: () => ["申请退款", refund(sheet)] }[sheet.kind]();
  return h("div", { class: "veil", key: "veil", onclick: (event) => { if (event.target === event.currentTarget) close(); } },
    h("section", { class: "sheet", role: "dialog", "aria-label": title, "data-testid": `sheet-${sheet.kind}` },
      h("header", null, h("h2", null, title), h("button", { class: "close", "aria-label": "关闭", onclick: close }, icon("close"))), body));
}

function buy(sheet) {
  const { good, num } = sheet;
  const postage = good.virtual ? 0 : shop.postage;
  const change = (by) => { sheet.num = Math.min(99, Math.max(1, num + by)); draw(); };
  return [
    h("div", { class: "thing" }, h("img", { src: picture(good.item_id), alt: "" }), h("span", null, h("b", null, good.title), h("small", null, good.brief)), price(good.price_fen)),
    h("div", { class: "line" }, h("span", null, "数量"), h("span", { class: "count" },
      h("button", { "aria-label": "少一件", "data-testid": "fewer", disabled: num === 1, onclick: () => change(-1) }, "−"),
      h("output", { "data-testid": "number" }, num), h("button", { "aria-label": "多一件", "data-testid": "more", onclick: () => change(1) }, "+"))),
    h("div", { class: "line" }, h("span", null, postage ? `合计（含运费 ${yuan(postage)}）` : "合计"), price(good.price_fen * num + postage, { "data-testid": "total", style: "font-size:22px" })),
    h("button", { class: "button is-main is-big", "data-testid": "order", onclick: () => order(good, num) }, "提交订单")];
}

async function order(good, num) {
  try {
    const made = await post(`/accounts/${account}/orders`, { items: [{ item_id: good.item_id, num }] });
    location.assign(`/shop/orders/${made.tid}#pay`);
  } catch (error) {
    toast(error.message);
  }
}

const pay = (order_) => [
  h("div", { class: "amount" }, h("p", null, "鱼塘小店"), price(order_.payment_fen)),
  h("div", { class: "line" }, h("span", null, "付款方式"), h("span", null, "零钱")),
  h("button", { class: "button is-main is-big is-pay", style: "background:#07883f", "data-testid": "pay-now", onclick: () => step(`/shop/orders/${order_.tid}/pay`, {}, "支付成功") }, `立即支付 ${yuan(order_.payment_fen)}`)];

const OPEN = ["WAIT_SELLER_AGREE", "SUCCESS"];

/** What she may still ask back of one item; the postage comes with the last. */
function leftOf(order_, item) {
  const asked = order_.refunds.filter((one) => one.oid === item.oid && OPEN.includes(one.status)).reduce((sum, one) => sum + one.fen, 0);
  return Math.max(0, Math.min(item.payment_fen - asked, order_.left_fen));
}

/** The refunds of one request: of one item so much, or of each item all that is left. */
function requested(order_, oid, fen) {
  if (oid) return [{ oid, fen }];
  const parts = order_.items.map((item) => ({ oid: item.oid, fen: leftOf(order_, item) })).filter((part) => part.fen > 0);
  const last = parts.at(-1) ?? parts[parts.push({ oid: order_.items[0].oid, fen: 0 }) - 1];
  last.fen += order_.left_fen - parts.reduce((sum, part) => sum + part.fen, 0);
  return parts;
}

async function ask(order_, parts) {
  for (const part of parts) if (!(await step(`/shop/orders/${order_.tid}/refunds`, part, "已提交，等商家处理"))) return;
}

function refund(sheet) {
  const order_ = shop.orders.find((one) => one.tid === sheet.order.tid) ?? sheet.order;
  const several = order_.items.length > 1;
  const item = several ? order_.items.find((one) => one.oid === sheet.oid) : null;
  const most = item ? leftOf(order_, item) : order_.left_fen;
  const whole = several && !item;
  const text = whole ? String(most / 100) : sheet.text ?? String(most / 100);
  const fen = fenOf(text);
  const fine = fen > 0 && fen <= most;
  const half = Math.max(1, Math.floor(most / 2));
  const set = (amount) => { sheet.text = String(amount / 100); draw(); };
  const choose = (oid) => { Object.assign(sheet, { oid, text: null }); draw(); };
  const pick = (on, id, onclick, words) => h("button", { class: "pick", "aria-pressed": String(on), "data-testid": id, onclick }, words);
  return [
    several && h("div", { class: "picks", style: "padding-bottom:12px" }, pick(whole, "refund-order", () => choose(null), "整单"),
      order_.items.map((one) => pick(one === item, `refund-item-${one.item_id}`, () => choose(one.oid), one.title))),
    h("div", { class: "line" }, h("label", { class: "field" }, "¥", h("input", { inputmode: "decimal", value: text, disabled: whole, "aria-label": "退款金额", "data-testid": "refund-amount",
      oninput: (event) => { sheet.text = event.target.value; draw(); } }))),
    !whole && h("div", { class: "picks" }, pick(fen === most, "refund-all", () => set(most), `全部 ${yuan(most)}`), pick(fen === half, "refund-half", () => set(half), `一半 ${yuan(half)}`)),
    h("p", { class: "hint", role: "status" }, fine ? `最多可退 ${yuan(most)}，商家同意后原路退回` : most > 0 ? `请填 0.01 到 ${(most / 100).toFixed(2)} 之间的金额` : "这件商品已经退完了"),
    h("button", { class: "button is-main is-big", disabled: !fine, "data-testid": "refund-ask",
      onclick: () => ask(order_, requested(order_, whole ? null : sheet.oid, fen)) }, "提交申请")];
}
