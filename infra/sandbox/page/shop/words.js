// The shop's words and figures: amounts, times, and what each state of an order is called.

import { h } from "../js/dom.js";

const ZONE = "Asia/Shanghai";
const day = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
const full = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, dateStyle: "medium", timeStyle: "short", hour12: false });

export const dayOf = (seconds) => day.format(new Date(seconds * 1000));
export const timeOf = (seconds) => full.format(new Date(seconds * 1000));

/** Fen as "¥199" or "¥199.50" in plain text. */
export const yuan = (fen) => `¥${fen % 100 ? (fen / 100).toFixed(2) : fen / 100}`;

/** Yuan as typed, in fen; NaN when it is no amount. */
export const fenOf = (text) => (/^\d{1,6}(\.\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text) * 100) : NaN);

/** An amount as shops print it: a small sign, and small cents. */
export function price(fen, props = {}) {
  const cents = fen % 100 ? `.${String(fen % 100).padStart(2, "0")}` : "";
  return h("span", { class: "price", ...props }, h("small", null, "¥"), String(Math.floor(fen / 100)), cents && h("sup", null, cents));
}

export const picture = (itemId) => `/page/shop/${itemId}.svg`;

/** Colour, name and sentence of an order's state. */
export function stateOf(order) {
  const waits = order.refunds.some((one) => one.status === "WAIT_SELLER_AGREE");
  if (waits) return { tone: "", name: "退款中", line: "商家会尽快处理您的退款申请" };
  switch (order.status) {
    case "WAIT_BUYER_PAY": return { tone: "", name: "待付款", line: "请尽快付款，宝贝为您留着" };
    case "TRADE_PAID":
    case "WAIT_SELLER_SEND_GOODS": return order.items.some((item) => item.sent)
      ? { tone: "", name: "部分发货", line: "一部分宝贝已经在路上了" }
      : { tone: "", name: "待发货", line: "商家正在打包，48 小时内寄出" };
    case "WAIT_BUYER_CONFIRM_GOODS": return order.virtual
      ? { tone: "is-good", name: "已开通", line: "课程已开通，随时可以学习" }
      : { tone: "is-good", name: "待收货", line: "包裹在路上，顺丰速运 SF0001" };
    case "TRADE_SUCCESS": return { tone: "is-good", name: "已完成", line: "谢谢您的信任，祝您和宝宝健康" };
    default: return order.closed === "refund" ? { tone: "is-calm", name: "已退款", line: "全部款项已原路退回微信零钱" }
      : { tone: "is-calm", name: "已关闭", line: order.closed === "seller" ? "商家关闭了订单" : "您取消了订单" };
  }
}

const REFUNDS = {
  WAIT_SELLER_AGREE: ["is-wait", "等待商家处理"], SUCCESS: ["is-yes", "已退款"], SELLER_REFUSE_BUYER: ["is-no", "商家未同意"], CLOSED: ["is-off", "已撤销"],
};
export const refundOf = (refund) => REFUNDS[refund.status] ?? ["is-off", refund.status];

const ICONS = {
  home: "M4 11.5 12 5l8 6.500V19a1 1 0 0 1-1 1h-4.500v-5.500h-5V20H5a1 1 0 0 1-1-1z",
  list: "M6 4h12a1 1 0 0 1 1 1v15l-2.5-1.6L14 20l-2-1.6L10 20l-2.5-1.6L5 20V5a1 1 0 0 1 1-1zM8.5 9h7M8.5 13h5",
  close: "M6 6l12 12M18 6 6 18",
  bag: "M5.5 8h13l1 12h-15zM9 10.500V7a3 3 0 0 1 6 0v3.5",
};
export const icon = (name) => h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: ICONS[name] }));
