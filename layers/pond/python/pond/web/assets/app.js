// What pages do better with scripts; everything works without. Words come from the page's data attributes.
"use strict";

const main = document.getElementById("state");

// Time left, counted down; when it is over the page is asked again.
for (const place of document.querySelectorAll("[data-until]")) {
  const until = Number(place.dataset.until) * 1000;
  if (until < Date.now()) continue;
  const show = () => {
    const left = Math.round((until - Date.now()) / 1000);
    if (left < 0) {
      clearInterval(timer);
      setTimeout(() => location.reload(), 1000 + Math.random() * 3000); // not everybody in the same second
      return;
    }
    const parts = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
    let rest = left;
    let text = "";
    for (const [size, unit] of parts) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (unit === "s" && left >= 86400) break;
      if (count || text || unit === "s") text += count + " " + place.dataset[unit] + " ";
    }
    place.textContent = text.trim();
    place.hidden = false;
  };
  const timer = setInterval(show, 1000);
  show();
}

// Ask quietly whether the person's state changed: slower while nothing does, not at all while nobody looks.
if (main && main.dataset.poll) {
  let pause = Number(main.dataset.poll) * 1000;
  const ask = async () => {
    if (document.hidden) return document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const answer = await fetch(main.dataset.pollAt, { headers: { Accept: "application/json" } });
      const { mark } = await answer.json();
      if (mark !== main.dataset.mark) return location.reload();
    } catch {
      pause *= 2; // not reachable just now
    }
    pause = Math.min(pause * 1.25, 60000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}

// Send the code without leaving the form.
const form = document.getElementById("form");
const waitThenAllow = (button) => {
  let left = Number(button.dataset.wait);
  if (!left) return;
  const label = button.textContent;
  button.disabled = true;
  const tick = () => {
    if (left <= 0) {
      button.textContent = label;
      button.disabled = false;
      return;
    }
    button.textContent = button.dataset.waiting.replace("{n}", left);
    left -= 1;
    setTimeout(tick, 1000);
  };
  tick();
};
if (form) {
  waitThenAllow(document.getElementById("send-code"));
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || button.id !== "send-code") {
      if (form.dataset.sent) event.preventDefault(); // a second tap
      form.dataset.sent = "yes";
      return;
    }
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await fetch(button.formAction, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("code-part")) throw new Error("another page");
      for (const id of ["phone", "code"]) {
        const fresh = page.getElementById(id).closest(".field");
        const old = document.getElementById(id).closest(".field");
        fresh.querySelector("input").value = old.querySelector("input").value;
        old.replaceWith(fresh);
      }
      waitThenAllow(document.getElementById("send-code"));
      const wrong = document.querySelector("#phone[aria-invalid]");
      (wrong || document.getElementById("code")).focus();
    } catch {
      form.action = button.formAction; // as without scripts
      form.submit();
    }
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
