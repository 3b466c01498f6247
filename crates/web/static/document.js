// Closes the page of one document with its session. The page is whole without it. It writes text only and keeps nothing.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const path = main.dataset.path;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    for (const part of document.querySelectorAll("header.banner, footer")) part.remove();
    const words = document.createElement("h1");
    words.textContent = "This record is closed. Open it again from your own system.";
    main.replaceChildren(words);
  };
  // A newer opening in this browser closes older pages; the message carries a time and nothing of a person.
  const born = Date.now();
  if ("BroadcastChannel" in window) {
    new BroadcastChannel("record").onmessage = (event) => { if (event.data > born) close(); };
  }
  // What emergency access opened is not left on the screen after its end.
  const ends = Number(main.dataset.ends);
  if (ends) setTimeout(() => { if (!closed) location.replace(path); }, ends);
  const poll = async () => {
    if (closed || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(path + "state", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410) close();
    } catch { /* no answer is no news: the next one tells */ }
  };
  setInterval(poll, 4000);
  window.addEventListener("focus", poll);
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("pagehide", () => { main.replaceChildren(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) close(); });
})();
