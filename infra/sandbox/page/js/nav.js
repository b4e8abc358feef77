// Where each phone is: the open app, tab, conversation and page, kept per account, and the deeds that move it.

import { ApiError, post } from "./api.js";
import { accountOf, changed, current, now, read, readPhone, state, toast } from "./store.js";

const places = new Map();
let frames = 0;

/** The place of the phone in hand: `app` home|wechat|sms|scan, `tab`, `chat`, `info`, `frame`, `card`, `image`; `offered` once a group's code was shown. */
export function place(id = state.account) {
  if (!places.has(id)) places.set(id, { app: "home", tab: "chats", chat: null, info: false, frame: null, card: null, image: null, offered: false });
  return places.get(id);
}

export function go(change) {
  Object.assign(place(), change);
  changed();
}

export const home = () => go({ app: "home", card: null, image: null });
export const openApp = (app) => go({ app, card: null, image: null });
export const openChat = (chat) => go({ app: "wechat", chat, info: false, frame: null, card: null, image: null });

/** Takes another phone in hand. */
export async function hold(id) {
  if (!accountOf(id)) return;
  state.account = id;
  delete state.fresh[id];
  if (location.hash !== `#${id}`) history.replaceState(null, "", `#${id}`);
  const { frame } = place();
  if (frame) frame.ready = false;
  changed();
  await Promise.all([readPhone(current()), use(id)]);
  // What was there before this page looked at it for the first time is not news.
  if (frame && state.account === id) Object.assign(frame, { ready: true, id: ++frames });
  changed();
}

const use = (id) => post(`/accounts/${id}/use`);

/** Shows an address in WeChat's browser, signed in as the phone in hand. */
export async function openUrl(url) {
  const id = state.account;
  await use(id);
  const frame = { url: sameOrigin(url), id: ++frames, ready: true, title: "", history: [], code: null, fillable: false };
  Object.assign(place(id), { app: "wechat", frame, card: null, image: null });
  changed();
}

// The brand's address is this sandbox's; a loopback name other than the page's own would hide the frame from the phone.
function sameOrigin(url) {
  const target = new URL(url, location.href);
  const loopback = ["localhost", "127.0.0.1"];
  if (loopback.includes(target.hostname) && loopback.includes(location.hostname) && target.port === location.port) {
    return target.pathname + target.search + target.hash;
  }
  return target.href;
}

/** Runs a deed for the phone in hand; a refusal becomes a word on the phone. */
export async function attempt(deed) {
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    state.refusal = error.message;
    toast(REFUSALS[error.code] ?? error.message);
    return null;
  }
}

const REFUSALS = {
  not_following: "请先关注公众号", unknown_code: "无法识别此二维码", expired_code: "二维码已过期",
};
const GROUP_OUTCOMES = {
  full: "群聊人数已达上限，无法加入", dismissed: "该群聊已解散",
};

const deed = (path, body) => post(`/accounts/${state.account}${path}`, body);

/** Scans a code: follows, joins, adds or opens, whatever the code says, and goes where WeChat would go. */
export const scan = (code) => attempt(async () => {
  const id = state.account;
  const found = await deed("/scan", { code });
  await Promise.all([read("people"), read("groups", id), read("chat", id), read("staff")]);
  if (found.kind === "channel") openChat("account");
  else if (found.kind === "page") await openUrl(found.url);
  else if (found.kind === "contact") {
    openChat(`staff:${found.userid}`);
    toast(found.outcome === "requested" ? "已发送好友申请" : "已添加到通讯录");
  } else if (GROUP_OUTCOMES[found.outcome]) {
    go({ image: null });
    toast(GROUP_OUTCOMES[found.outcome]);
  } else openChat(`group:${found.chat_id}`);
  return found;
});

export const follow = (body = { via: "search" }) => attempt(async () => {
  await deed("/follow", body);
  await read("people");
  openChat("account");
});
export const unfollow = () => attempt(async () => { await deed("/unfollow"); await read("people"); go({ info: false, chat: null }); });
export const say = (text) => attempt(() => deed("/say", { text }));
export const press = (button) => attempt(async () => {
  const done = await deed("/menu", button.url ? { url: button.url } : { key: button.key });
  if (done.url) await openUrl(done.url);
});
export const sayInGroup = (chatId, text) => attempt(() => deed(`/groups/${chatId}/say`, { text }));
export const leave = (chatId) => attempt(async () => { await deed(`/groups/${chatId}/leave`); go({ chat: null, info: false }); });
export const accept = (chatId) => attempt(async () => { await deed(`/groups/${chatId}/accept`, {}); openChat(`group:${chatId}`); });

const NAMES = ["林小满", "周知夏", "沈念安", "许晚晴", "苏叶", "陈一诺", "何初雪", "宋时雨", "江暖", "叶青禾"];

/** A new mother with a phone of her own. */
export const arrive = () => attempt(async () => {
  const taken = new Set(state.people.map((one) => one.nickname));
  const nickname = NAMES.find((name) => !taken.has(name)) ?? `妈妈 ${state.people.length + 1}`;
  const person = await post("/people", { nickname });
  await read("people");
  await hold(person.accounts[0].account_id);
});

/** The same mother's second WeChat. */
export const secondAccount = (person) => attempt(async () => {
  const account = await post(`/people/${person.person_id}/accounts`);
  await read("people");
  await hold(account.account_id);
});

/** How many things in a conversation are new; looking at it makes them old. */
export function unread(key, messages) {
  const seenKey = `${state.account} ${key}`;
  if (!(seenKey in state.seen)) state.seen[seenKey] = 0;
  return Math.max(0, messages.length - state.seen[seenKey]);
}

export function look(key, messages) {
  state.seen[`${state.account} ${key}`] = messages.length;
}

/** The seconds since `at`, by the sandbox's clock. */
export const since = (at) => now() - at;
