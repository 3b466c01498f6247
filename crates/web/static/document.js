// Closes the page of one document with its session. The page is whole without it. It writes text only and keeps nothing.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const path = main.dataset.path;
  // Opened by a form: Reload and Back then ask for this document alone, and for no form to be sent again.
  if (main.dataset.here) history.replaceState(null, "", main.dataset.here);
  let closed = false, endAt = Date.now() + 1000 * Math.min(Number(main.dataset.idle), Number(main.dataset.left));
  const blank = () => {
    for (const part of document.querySelectorAll("header.banner, footer")) part.remove();
    main.replaceChildren();
  };
  const close = (text) => {
    if (closed) return;
    closed = true;
    blank();
    const words = document.createElement("h1");
    words.textContent = text;
    main.append(words);
  };
  // What emergency access opened is not left on the screen after its end.
  const ends = Number(main.dataset.ends);
  if (ends) setTimeout(() => { if (!closed) location.replace(path); }, ends);
  const CLOSED = "This record is closed. Open it again from your own system.";
  const ask = async () => {
    try {
      const answer = await fetch(path + "state", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410) { close(await answer.text()); return false; }
      const left = (answer.headers.get("session-left") || "").split(",").map(Number);
      if (answer.status === 204 && left.length === 2) endAt = Date.now() + 1000 * Math.min(left[0], left[1]);
      return answer.status === 204 ? true : undefined;
    } catch { return undefined; /* no answer is no news: the next one tells */ }
  };
  const poll = () => { if (!closed) ask(); };
  setInterval(poll, 4000);
  window.addEventListener("focus", poll);
  document.addEventListener("visibilitychange", poll);
  // An opening in this browser may have ended older ones: they ask at once.
  if ("BroadcastChannel" in window) new BroadcastChannel("record").onmessage = poll;
  window.addEventListener("pagehide", blank);
  window.addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    blank();
    if (await ask()) return location.reload();
    close(CLOSED);
  });
  setInterval(async () => {
    if (closed || endAt > Date.now()) return;
    if (!await ask() || endAt <= Date.now()) close(CLOSED);
  }, 1000);
})();
