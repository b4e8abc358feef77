// Staff's groups and contacts: what WeCom lets only people do is a button here.

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { accept, attempt } from "./nav.js";
import { face, staffName } from "./parts.js";
import { accountOf, current, state } from "./store.js";
import { hourOf } from "./text.js";

const STRANGERS_SHOWN = 4;
const does = (path, body) => attempt(() => post(path, body));

export function groupsTab() {
  const groups = state.staff.groups;
  return [
    h("form", { class: "row-form", onsubmit: create, "data-testid": "create-group" },
      h("input", { name: "name", required: true, placeholder: "New group, e.g. 孕期妈妈 3 群", "aria-label": "Name" }),
      h("select", { name: "owner", "aria-label": "Owner" }, state.staff.staff.map((s) => h("option", { key: s.userid, value: s.userid }, s.name))),
      h("input", { name: "capacity", type: "number", min: "2", max: "500", placeholder: "500", "aria-label": "Capacity", class: "is-short" }),
      h("button", { class: "primary" }, "Create group")),
    groups.length === 0 && h("p", { class: "quiet" }, "No groups yet. WeCom has no API that creates one: staff do it, here by the button above."),
    h("div", { class: "group-cards" }, groups.map((group) => groupCard(group)))];
}

function create(event) {
  event.preventDefault();
  const { name, owner, capacity } = event.target.elements;
  const body = { name: name.value.trim(), owner: owner.value };
  if (capacity.value) body.capacity = Number(capacity.value);
  does("/groups", body).then((made) => made && event.target.reset());
}

function groupCard(group) {
  const { chat_id: id, members, capacity } = group;
  const account = current();
  const here = account && members.some((m) => m.account_id === account.account_id);
  const full = members.length / capacity;
  const strangers = members.filter((m) => m.type === 2 && !m.account_id);
  const shown = members.filter((m) => !strangers.includes(m)).concat(strangers.slice(-STRANGERS_SHOWN));
  const lastWord = group.messages.findLast((m) => !m.system);
  const states = state.staff.join_ways.filter((way) => way.chat_ids.includes(id)).map((way) => way.state).filter(Boolean);
  return h("article", { class: `group-card ${group.status === "dismissed" ? "is-gone" : ""}`, key: id, "data-testid": `group-${id}` },
    h("header", null, h("b", null, group.name), h("small", null, staffName(group.owner)),
      group.status === "dismissed" && h("em", { class: "tag is-bad" }, "dismissed")),
    h("div", { class: "seats" }, h("div", { class: `seat-bar ${full >= 0.8 ? "is-near" : ""}`, role: "img", "aria-label": `${members.length} of ${capacity} members` },
      h("i", { style: `width:${Math.min(100, full * 100)}%` })), h("span", { "data-testid": "seats" }, h("b", null, members.length), ` / ${capacity}`)),
    h("div", { class: "chips" }, shown.map((m) => member(group, m)),
      members.length > shown.length && h("span", { class: "chip is-more" }, `+${members.length - shown.length}`)),
    lastWord && h("p", { class: "last-word" }, `${lastWord.from}：${lastWord.text}`),
    states.length > 0 && h("p", { class: "fine" }, "join way ", h("code", null, states.join(", "))),
    group.status === "open" && h("footer", null,
      h("button", { disabled: !account || here, "data-testid": "invite", onclick: () => accept(id) }, here ? `${account.nickname} is in` : `Invite ${account?.nickname ?? ""}`),
      h("button", { "data-testid": "fill", title: "Ten strangers join by invitation", onclick: () => does(`/groups/${id}/fill`, { count: 10 }) }, "Fill +10"),
      h("button", { class: "is-danger", "data-testid": "dismiss", onclick: () => dismiss(group) }, "Dismiss")));
}

function dismiss(group) {
  if (window.confirm(`Dismiss ${group.name}? Its members lose the group.`)) does(`/groups/${group.chat_id}/dismiss`);
}

function member(group, m) {
  const owner = m.userid === group.owner;
  return h("span", { class: `chip ${m.type === 1 ? "is-staff" : ""} ${m.state ? "is-ours" : ""}`, key: m.userid, title: scene(m) },
    m.name, !owner && h("button", { "aria-label": `Remove ${m.name}`, "data-testid": `remove-${m.userid}`,
      onclick: () => does(`/groups/${group.chat_id}/remove`, { member: m.userid }) }, icon("close")));
}

const SCENES = { 1: "invited", 2: "by an invitation link", 3: "by a code" };
const scene = (m) => `${m.type === 1 ? "staff" : "member"}, ${SCENES[m.join_scene] ?? "joined"} at ${hourOf(m.join_time)}${m.state ? `, state ${m.state}` : ""}`;

export function contactsTab() {
  const { tasks, contacts, contact_ways: ways, staff } = state.staff;
  return [
    h("h3", null, "Waiting for staff"),
    tasks.length === 0 && h("p", { class: "quiet" }, "Nothing waits. Friend requests that staff must confirm appear here."),
    h("ul", { class: "plain" }, tasks.map((task) => h("li", { key: task.task_id, "data-testid": `task-${task.task_id}` },
      face(task.nickname), h("span", null, h("b", null, task.nickname), h("small", null, `wants to add ${staffName(task.userid)} · ${hourOf(task.at)}`)),
      h("button", { class: "primary", onclick: () => does(`/staff/tasks/${task.task_id}/confirm`) }, "Confirm")))),
    h("h3", null, "Contacts"),
    contacts.length === 0 && h("p", { class: "quiet" }, "Nobody has added staff yet."),
    h("ul", { class: "plain" }, contacts.map((c) => h("li", { key: `${c.userid} ${c.account_id}` },
      face(c.nickname ?? accountOf(c.account_id)?.nickname ?? "?"),
      h("span", null, h("b", null, `${c.nickname} → ${staffName(c.userid)}`),
        h("small", null, c.welcome ? `welcomed: ${c.welcome}` : "no welcome sent", c.state && ` · state ${c.state}`)),
      h("button", { onclick: () => does(`/staff/${c.userid}/contacts/${c.account_id}/delete`, { by: "staff" }) }, "Delete"),
      h("button", { onclick: () => does(`/staff/${c.userid}/contacts/${c.account_id}/delete`, { by: "customer" }) }, "She deletes")))),
    h("h3", null, "Staff"),
    h("div", { class: "chips" }, staff.map((s) => h("span", { class: "chip is-staff", key: s.userid, title: s.userid }, s.name))),
    h("form", { class: "row-form", onsubmit: hire }, h("input", { name: "userid", required: true, placeholder: "userid", "aria-label": "userid" }),
      h("input", { name: "name", required: true, placeholder: "Name", "aria-label": "Name" }), h("button", null, "Add staff")),
    ways.length > 0 && h("p", { class: "fine" }, `${ways.length} contact way(s); scan them from the phone's 扫一扫 → 其他二维码.`)];
}

function hire(event) {
  event.preventDefault();
  const { userid, name } = event.target.elements;
  does("/staff", { userid: userid.value.trim(), name: name.value.trim() }).then((made) => made && event.target.reset());
}
