// What the page knows, and how it comes to know it: each part is read from the sandbox again when the stream names it.

import { get, listen } from "./api.js";

export const state = {
  online: false, loaded: false, health: null, config: {},
  people: [], account: null,
  chats: {}, sms: {}, groups: {},
  staff: { staff: [], groups: [], contact_ways: [], join_ways: [], tasks: [], contacts: [] },
  callbacks: [], calls: [], switches: {}, faults: { faults: [], endpoints: {} },
  codes: [], showcase: [],
  shop: { goods: [], orders: [], stopped: false }, pushes: [], dialled: [],
  clock: { now: Date.now() / 1000, frozen: false, read: Date.now() },
  seen: {}, fresh: {}, toast: null, refusal: null, banner: null,
};

const watchers = [];
let waiting = false;

/** Runs `watcher` once after every burst of changes. */
export const watch = (watcher) => watchers.push(watcher);

export function changed() {
  if (waiting) return;
  waiting = true;
  // A hidden tab has no animation frames, and must still keep up.
  const soon = document.hidden ? (run) => setTimeout(run, 50) : requestAnimationFrame;
  soon(() => { waiting = false; watchers.forEach((watcher) => watcher()); });
}

export const accounts = () => state.people.flatMap((person) => person.accounts);
export const accountOf = (id) => accounts().find((account) => account.account_id === id) ?? null;
export const current = () => accountOf(state.account);
export const personOf = (account) => state.people.find((person) => person.person_id === account?.person_id) ?? null;
export const accountName = () => state.config.official_account?.name || "鱼塘亲子课堂";

/** The sandbox's clock at this moment. */
export function now() {
  const { now: read, frozen, read: when } = state.clock;
  return frozen ? read : read + (Date.now() - when) / 1000;
}

const READERS = {
  people: async () => { state.people = (await get("/people")).people; },
  chat: async (id) => { state.chats[id] = (await get(`/accounts/${id}/chat`)).messages; },
  sms: async (id) => { state.sms[id] = (await get(`/people/${id}/sms`)).messages; },
  groups: async (id) => { state.groups[id] = (await get(`/accounts/${id}/groups`)).groups; },
  staff: async () => { state.staff = await get("/staff"); },
  callbacks: async () => { state.callbacks = (await get("/callbacks?limit=60")).callbacks; },
  calls: async () => { state.calls = (await get("/calls?limit=60")).calls; },
  switches: async () => { state.switches = (await get("/switches")).switches; },
  faults: async () => { state.faults = await get("/faults"); },
  clock: async () => { state.clock = { ...(await get("/clock")), read: Date.now() }; },
  config: async () => { state.config = await get("/config"); },
  health: async () => { state.health = await get("/health"); },
  codes: async () => { state.codes = (await get("/codes")).codes; },
  shop: async () => { state.shop = await get("/shop"); },
  pushes: async () => { state.pushes = (await get("/shop/pushes?limit=60")).pushes; },
  dialled: async () => { state.dialled = (await get("/dialled")).calls; },
  showcase: async () => { state.showcase = (await get("/showcase")).items; },
};

const pending = new Map();

/** Reads one part again; bursts of the same part become one request, and the last one always sees the last change. */
export function read(part, id = "") {
  const key = `${part} ${id}`;
  const running = pending.get(key);
  if (running) {
    running.again = true;
    return running.done;
  }
  const entry = { again: false };
  entry.done = (async () => {
    await new Promise((resolve) => setTimeout(resolve, 40));
    do {
      entry.again = false;
      try { await READERS[part](id); } catch (error) { if (error.status !== 404) console.warn(part, error.message); }
      changed();
    } while (entry.again);
    pending.delete(key);
  })();
  pending.set(key, entry);
  return entry.done;
}

/** Everything one phone shows. */
export function readPhone(account) {
  return Promise.all([read("chat", account.account_id), read("groups", account.account_id), read("sms", account.person_id)]);
}

export async function readAll() {
  const parts = ["people", "staff", "callbacks", "calls", "switches", "faults", "clock", "config", "health", "codes", "showcase", "shop", "pushes", "dialled"];
  await Promise.all(parts.map((part) => read(part)));
  if (current()) await readPhone(current());
  state.loaded = true;
  changed();
}

/** Whether something of this account is on the screen's phone; otherwise it is marked as fresh in the switcher. */
function mine(accountId) {
  if (accountId === state.account) return true;
  state.fresh[accountId] = true;
  changed();
  return false;
}

function hear(change) {
  const account = current();
  switch (change.what) {
    case "people": case "account": read("people"); read("staff"); break;
    case "chat": if (mine(change.account_id)) read("chat", change.account_id); break;
    case "sms":
      if (change.person_id === account?.person_id) read("sms", change.person_id);
      else state.people.filter((p) => p.person_id === change.person_id).forEach((p) => mine(p.accounts[0]?.account_id));
      break;
    case "group": read("staff"); read("people"); if (account) read("groups", account.account_id); break;
    case "callback": read("callbacks"); break;
    case "call": read("calls"); break;
    case "shop": read("shop"); read("pushes"); break;
    case "pushes": read("pushes"); read("shop"); break;
    case "codes": read("codes"); read("showcase"); break;
    case "reset": location.hash = ""; location.reload(); break;
    case "staff": case "switches": case "faults": case "clock": case "dialled": read(change.what); break;
    default: break;
  }
}

export function connect() {
  let first = true;
  listen(hear, (open) => {
    state.online = open;
    // After a break the stream says nothing of what was missed.
    if (open && !first) readAll();
    if (open) first = false;
    changed();
  });
}

const TOAST_MS = 2600;
let fading;

/** A short word on the phone. */
export function toast(text) {
  state.toast = text;
  clearTimeout(fading);
  fading = setTimeout(() => { state.toast = state.refusal = null; changed(); }, TOAST_MS);
  changed();
}
