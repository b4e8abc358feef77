// A small virtual DOM: views are functions of the state, and patching keeps focus, scroll and frames where they are.
// Text only ever enters the page as text nodes, so no message can bring markup with it.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "g", "ellipse"]);
const AS_PROPERTY = new Set(["value", "checked", "disabled", "selected", "open"]);

/** A node to be: tag, properties (`onclick`, `class`, `key`, `data-*` …) and children; empty children are dropped. */
export function h(tag, props, ...children) {
  const kept = children.flat(9).filter((c) => c !== null && c !== undefined && c !== false && c !== true && c !== "");
  return { tag, props: props || {}, children: kept.map((c) => (typeof c === "object" ? c : { text: String(c) })) };
}

/** Makes `parent`'s children equal to `nodes`, changing as little as possible. */
export function patch(parent, nodes) {
  let at = parent.firstChild;
  for (const node of nodes) {
    let match = at && same(at, node) ? at : null;
    if (!match && node.props?.key !== undefined) match = following(at, node);
    if (match) {
      while (at !== match) at = remove(parent, at);
      update(match, node);
      at = match.nextSibling;
    } else {
      parent.insertBefore(create(node), at);
    }
  }
  while (at) at = remove(parent, at);
}

function remove(parent, node) {
  const next = node.nextSibling;
  parent.removeChild(node);
  return next;
}

function following(from, node) {
  for (let at = from; at; at = at.nextSibling) if (same(at, node)) return at;
  return null;
}

function same(element, node) {
  if (node.text !== undefined) return element.nodeType === 3;
  return element.nodeType === 1 && element.__tag === node.tag && element.__key === node.props.key;
}

function create(node) {
  if (node.text !== undefined) return document.createTextNode(node.text);
  const element = SVG_TAGS.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  element.__tag = node.tag;
  element.__key = node.props.key;
  update(element, node);
  if (node.props.created) queueMicrotask(() => node.props.created(element));
  return element;
}

function update(element, node) {
  if (node.text !== undefined) {
    if (element.data !== node.text) element.data = node.text;
    return;
  }
  const before = element.__props || {};
  for (const name of Object.keys(before)) if (!(name in node.props)) assign(element, name, null, before[name]);
  for (const [name, value] of Object.entries(node.props)) assign(element, name, value, before[name]);
  element.__props = node.props;
  if (element.tagName !== "IFRAME") patch(element, node.children);
  if (node.props.after) queueMicrotask(() => node.props.after(element));
}

function assign(element, name, value, before) {
  if (name === "key" || name === "created" || name === "after") return;
  if (name.startsWith("on")) {
    element[name] = value;
  } else if (AS_PROPERTY.has(name)) {
    // What a person is typing wins over an unchanged value from the state.
    if (value !== before) element[name] = value ?? (name === "value" ? "" : false);
  } else if (value !== before) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** Copies text; answers whether the browser allowed it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
