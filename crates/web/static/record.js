// Reading order, announcements, cut watch, closing. The page is complete without it. It writes text only, never markup,
// keeps nothing in the browser, and never moves focus.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const path = main.dataset.path;
  const byId = (id) => document.getElementById(id);
  let parsed = false, closed = false, said = 0, queued = 0;

  // A section is moved to just after its slot once something follows it, so that a half-parsed one stays where it is.
  // insertBefore, not moveBefore: the latter has crashed renderers while the parser runs.
  const inUse = (section) => {
    const selection = document.getSelection();
    return section.contains(document.activeElement) ||
      (selection && !selection.isCollapsed && section.contains(selection.anchorNode));
  };
  const place = () => {
    for (const section of [...main.children]) {
      if (section.localName !== "section" || !section.id.startsWith("s-")) continue;
      if (!section.nextElementSibling && !parsed) continue;
      const slot = byId(section.id.slice(2));
      if (!slot || slot.nextElementSibling === section || inUse(section)) continue;
      main.insertBefore(section, slot.nextSibling);
    }
  };

  // At most one message in two seconds.
  const announce = (text) => {
    clearTimeout(queued);
    queued = setTimeout(() => {
      said = Date.now();
      if (!closed) byId("status").textContent = text;
    }, Math.max(0, said + 2000 - Date.now()));
  };
  const tell = () => {
    const complete = byId("complete");
    if (complete) return announce("Record complete. " + complete.firstChild.textContent);
    const all = main.querySelectorAll(":scope > .slot").length;
    const here = main.querySelectorAll(":scope > section[id^='s-']").length;
    if (here) announce(here + " of " + all + " parts of the record are shown");
  };
  const observer = new MutationObserver(() => { place(); tell(); });
  observer.observe(main, { childList: true });
  main.setAttribute("aria-busy", "true");

  document.addEventListener("DOMContentLoaded", () => {
    parsed = true;
    place();
    main.removeAttribute("aria-busy");
    // A connection that ends politely before the end mark: say so at once.
    if (!byId("complete")) byId("incomplete").classList.add("cutoff");
  });
  document.addEventListener("focusout", () => { if (parsed) setTimeout(place, 0); });

  const close = (text) => {
    if (closed) return;
    closed = true;
    observer.disconnect();
    for (const form of document.querySelectorAll("form")) form.remove();
    const header = document.querySelector("header.banner");
    if (header) header.remove();
    for (const sheet of document.querySelectorAll(".sheet, footer")) sheet.remove();
    main.replaceChildren();
    main.className = "plain";
    const words = document.createElement("h1");
    words.textContent = text;
    main.append(words);
  };
  const CLOSED = "This record is closed. Open it again from your own system.";

  // Emergency access ends by itself: the record is then asked for anew, and shows what the role sees.
  const ends = Number(main.dataset.ends);
  if (ends) setTimeout(() => { if (!closed) location.replace(path); }, ends);

  // A newer opening in this browser closes older ones; the message carries a time and nothing of a person.
  const born = Date.now();
  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel("record");
    channel.onmessage = (event) => { if (event.data > born) close(CLOSED); };
    channel.postMessage(born);
  }
  const poll = async () => {
    if (closed || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(path + "state", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410) close(CLOSED);
    } catch { /* no answer is no news: the next one tells */ }
  };
  setInterval(poll, 4000);
  window.addEventListener("focus", poll);
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("pagehide", () => { main.replaceChildren(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) close(CLOSED); });

  // Warning after eight minutes, neutral page after ten.
  let since = Date.now();
  const post = (form) => fetch(form.action, {
    method: "POST", credentials: "same-origin", body: new URLSearchParams(new FormData(form)),
  });
  const extend = byId("extend"), leave = byId("close"), idle = byId("idle");
  extend.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(extend);
      if (answer.ok) { since = Date.now(); idle.textContent = "Kept open."; } else { close(CLOSED); }
    } catch { idle.textContent = "Could not be kept open."; }
  });
  leave.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { await post(leave); } finally { close(CLOSED); }
  });
  setInterval(() => {
    const minutes = (Date.now() - since) / 60000;
    if (closed) return;
    if (minutes >= 10) return close("This record has been closed because nobody used it. Open it again from your own system.");
    if (minutes >= 8) {
      const text = "This record closes soon. Press Keep open to go on.";
      if (idle.textContent !== text) { idle.textContent = text; announce(text); }
    }
  }, 5000);
})();
