// Calls that the vendor made to buyers: whom (masked), after which order, and how each ended.

import { h } from "./dom.js";
import { switchesOf } from "./staff_faults.js";
import { state } from "./store.js";
import { secondOf } from "./text.js";

const STATES = {
  ringing: ["ringing", "is-lost"], answered: ["answered", "is-delivered"], no_answer: ["nobody", ""],
  busy: ["busy", ""], rejected: ["hung up", "is-failed"], failed: ["failed", "is-failed"],
};

export function dialledPart() {
  const { dialled } = state;
  return [
    dialled.length === 0 && h("p", { class: "quiet" }, "No calls made yet. A minute or so after a buyer whose consent allows it has paid, Pond asks the vendor to call her: once in 30 days, however much she buys."),
    h("ul", { class: "log", "data-testid": "dialled" }, dialled.map(line)),
    h("fieldset", { class: "switches" }, h("legend", null, "Call vendor"), switchesOf("calls"))];
}

function line(call) {
  const [name, tone] = STATES[call.state] ?? [call.state, ""];
  return h("li", { key: call.call_id, "data-testid": `dialled-${call.out_id}`, "data-state": call.state },
    h("div", { class: "log-line is-one" }, h("time", null, secondOf(call.at)),
      h("span", { class: "log-what" }, h("b", null, call.phone), h("small", null, `after order …${call.out_id.slice(-8)}`)),
      h("em", { class: `tag ${tone}` }, name)));
}
