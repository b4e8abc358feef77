// WeChat's browser: a frame of the same origin with title bar, back, filling in, and recognising the code in the picture.

import { copy, h } from "./dom.js";
import { icon } from "./icons.js";
import { go, openApp, place, scan } from "./nav.js";
import { current, personOf, state, toast } from "./store.js";

// A page marks its codes; the addresses of code images are known too, as WeChat itself recognises any code it sees.
const CODES = "img[data-group-code], img[data-contact-code], img[data-code], img[alt*='二维码'], img[src*='showqrcode'], img[src*='/qr']";
const GROUP_CODES = "img[data-group-code], img[alt*='群二维码']";
const HOLD_MS = 500;

export function browserView(at) {
  const { frame } = at;
  const front = at.app === "wechat";
  return h("div", { class: `browser view ${front ? "" : "is-behind"}`, key: "browser", "data-testid": "browser" },
    h("header", { class: "browser-head" },
      h("button", { class: "nav-button", "data-testid": "browser-back", "aria-label": "返回", onclick: () => back(frame) }, icon("back")),
      h("b", { "data-testid": "browser-title" }, frame.title || "加载中…"),
      h("button", { class: "nav-button", "data-testid": "browser-close", "aria-label": "关闭", onclick: close }, icon("close"))),
    h("div", { class: `progress ${frame.title ? "" : "is-loading"}`, "aria-hidden": "true" }),
    frame.ready && h("iframe", { key: `frame-${frame.id}`, src: frame.url, title: "网页", "data-testid": "browser-frame", name: "h5",
      onload: (event) => loaded(event.target, frame) }),
    (frame.code || frame.fillable) && h("div", { class: "browser-help" },
      frame.fillable && h("button", { "data-testid": "autofill", onclick: fillContact }, icon("me"),
        h("span", null, "自动填充 ", h("b", null, personOf(current()).nickname))),
      frame.code && h("button", { class: "is-main", "data-testid": "recognise-code", onclick: () => scan(frame.code) }, icon("scan"),
        "识别图中二维码")));
}

const close = () => go({ frame: null });

function back(frame) {
  frame.history.pop();
  const before = frame.history.at(-1);
  if (!before) close();
  else framed()?.defaultView.location.replace(before);
}

/** The document in the frame, or null when it isn't one of ours. */
function framed() {
  try {
    return document.querySelector(".browser iframe")?.contentDocument ?? null;
  } catch {
    return null;
  }
}

function loaded(element, frame) {
  const page = framed();
  if (!page || page.URL === "about:blank") {
    frame.title = "网页";
    go({});
    return;
  }
  // WeChat's own sign-in isn't a place to go back to: it would only lead here again.
  const signIn = new URL(page.URL).pathname.startsWith("/open/");
  if (!signIn && frame.history.at(-1) !== page.URL) frame.history.push(page.URL);
  inspect(page, frame);
  page.addEventListener("contextmenu", (event) => {
    if (!codeOf(event.target)) return;
    event.preventDefault();
    scan(codeOf(event.target));
  });
  pressable(page);
  new element.contentWindow.MutationObserver(() => inspect(page, frame)).observe(page.documentElement,
    { subtree: true, childList: true, attributes: true, attributeFilter: ["src", "data-group-code"] });
  page.addEventListener("input", () => inspect(page, frame));
}

function pressable(page) {
  let timer;
  const stop = () => clearTimeout(timer);
  page.addEventListener("pointerdown", (event) => {
    const code = codeOf(event.target);
    stop();
    if (code) timer = setTimeout(() => scan(code), HOLD_MS);
  });
  for (const end of ["pointerup", "pointercancel"]) page.addEventListener(end, stop);
}

function codeOf(image) {
  if (!image?.matches?.(CODES)) return null;
  const given = image.dataset.groupCode || image.dataset.contactCode || image.dataset.code;
  if (given && given !== "true") return given;
  return image.src.startsWith("data:") ? channelCode(image.ownerDocument) : image.src;
}

/** A channel's own page draws the account's code into itself; its address ends with the channel, which is the code's scene. */
function channelCode(page) {
  const channel = decodeURIComponent(new URL(page.URL).pathname.split("/").at(-1));
  return state.codes.find((code) => code.scene === channel)?.url ?? null;
}

function inspect(page, frame) {
  const image = [...page.querySelectorAll(CODES)].find((one) => one.getClientRects().length > 0);
  const code = codeOf(image);
  if (image?.matches(GROUP_CODES)) place().offered = true;
  const fillable = [...fields(page, "name"), ...fields(page, "tel")].some((field) => !field.value);
  const title = page.title || new URL(page.URL).pathname;
  if (code === frame.code && title === frame.title && fillable === frame.fillable) return;
  Object.assign(frame, { code, title, fillable });
  go({});
}

const fields = (page, purpose) => [...page.querySelectorAll(`input[autocomplete~='${purpose}'], input[type='${purpose}']`)]
  .filter((field) => !field.disabled && !field.readOnly && field.getClientRects().length > 0);

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function fillContact() {
  const page = framed();
  const person = personOf(current());
  if (!page) return;
  const card = { name: person.nickname, tel: person.phone.replace(/^\+86/, ""), "address-level2": "杭州" };
  for (const [purpose, value] of Object.entries(card)) {
    for (const field of fields(page, purpose)) if (!field.value) put(field, value);
  }
}

/** Puts a code into the page's one-time-code field; false when the page has none. */
function fillCode(code) {
  const page = framed();
  const field = page?.querySelector("input[autocomplete~='one-time-code'], input[name='code']");
  if (!field) return false;
  put(field, code);
  field.focus();
  return true;
}

/** A tap on the code of an SMS: copied, and put into the page in front if a field waits for it. */
export async function take(code) {
  state.banner = null;
  if (!code) {
    openApp("sms");
    return;
  }
  const filled = place().app === "wechat" && place().frame && fillCode(code);
  const copied = await copy(code);
  if (filled) toast("验证码已填入");
  else toast(copied ? "验证码已复制" : `验证码 ${code}`);
}
