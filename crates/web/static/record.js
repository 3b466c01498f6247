// Reading order, announcements, cut watch, the view's end. The page is complete without it. It writes text only, never
// markup, keeps nothing in the browser, and never moves focus.
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
    if (complete && complete.firstChild) return announce("Record complete. " + complete.firstChild.textContent);
    const all = main.querySelectorAll(":scope > .slot").length;
    const here = main.querySelectorAll(":scope > section[id^='s-']").length;
    if (here) announce(here + " of " + all + " parts of the record are shown");
  };

  // Nobody and nothing of them stays on the page.
  const blank = () => {
    observer.disconnect();
    for (const part of document.querySelectorAll("form, header.banner, .sheet, aside, footer")) part.remove();
    main.replaceChildren();
    main.className = "plain";
  };
  const close = (text) => {
    if (closed) return;
    closed = true;
    blank();
    const words = document.createElement("h1");
    words.textContent = text;
    main.append(words);
  };
  const CLOSED = "This record is closed. Open it again from your own system.";

  // How much is new stands in the navigation once it is known; the link keeps its width.
  const countNew = () => {
    const news = main.querySelector(":scope > #s-new [data-new]");
    const link = main.querySelector("nav a[href='#new']");
    if (news && link) link.textContent = "What\u2019s new (" + news.dataset.new + ")";
  };

  // Find: rows of this document, here. What is looked for is sent nowhere and kept nowhere.
  const box = byId("q"), found = byId("found"), unfind = byId("unfind"), opened = new Set();
  const CHAPTERS = ":scope > section:not(#s-sum, #s-new, #s-src, #s-row) table.rows:not(.points) > tbody > tr";
  const matches = (row, term) => {
    const ranges = [];
    const words = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    for (let node = words.nextNode(); node; node = words.nextNode()) {
      if (node.parentElement.closest(".sent")) continue;
      const text = node.data.toLowerCase();
      if (text.length !== node.length) continue;
      for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + term.length);
        ranges.push(range);
      }
    }
    return ranges;
  };
  // Entries that differ stand together: one that holds it brings the others.
  const together = () => {
    const groups = [];
    for (const row of main.querySelectorAll(CHAPTERS)) {
      const joins = row.matches(".differing") && row.previousElementSibling?.matches(".conflict, .differing");
      if (joins) groups.at(-1).push(row); else groups.push([row]);
    }
    return groups;
  };
  const seek = () => {
    const term = box.value.trim().replace(/\s+/g, " ").toLowerCase(), on = term.length > 1;
    for (const details of opened) details.open = false;
    opened.clear();
    main.classList.toggle("finding", on);
    for (const part of main.querySelectorAll(":scope > section, .rows.hit")) part.classList.remove("hit");
    let count = 0, all = 0;
    const ranges = [];
    for (const rows of on ? together() : []) {
      const here = rows.flatMap((row) => matches(row, term)), entries = rows.filter((row) => !row.matches(".conflict, .day")).length;
      all += entries;
      if (here.length) count += entries;
      for (const row of rows) {
        row.classList.toggle("hit", here.length > 0);
        row.classList.toggle("miss", !here.length);
        if (here.length) for (const part of ["table", "section"]) row.closest(part).classList.add("hit");
      }
      for (const range of here) {
        const details = range.startContainer.parentElement.closest("details:not([open])");
        if (details && !range.startContainer.parentElement.closest("summary")) { details.open = true; opened.add(details); }
      }
      ranges.push(...here);
    }
    if (window.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
    unfind.hidden = found.hidden = !on;
    const left = byId("unsearched")?.textContent || "Not searched: sources still being waited for, text inside documents.";
    const text = count + " of " + all + " entries found; the others are hidden until you press Clear or Escape. " + left;
    if (on && found.textContent !== text) { found.textContent = text; announce(count + " found. " + left); }
    if (!on) found.textContent = "";
  };
  const clear = () => { if (box.value) { box.value = ""; seek(); announce("All entries are shown"); } };
  box.addEventListener("input", seek);
  unfind.addEventListener("click", () => { clear(); box.focus(); });
  byId("find").addEventListener("submit", (event) => { event.preventDefault(); seek(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  window.addEventListener("beforeprint", clear);

  const observer = new MutationObserver(() => {
    // The view ended while the page was still coming.
    const ended = main.querySelector(":scope > #ended");
    if (ended) return close(ended.textContent);
    place();
    countNew();
    if (main.matches(".finding")) seek();
    tell();
    for (const box of main.querySelectorAll(".by-words[hidden]")) box.hidden = false;
  });
  observer.observe(main, { childList: true });
  main.setAttribute("aria-busy", "true");

  document.addEventListener("DOMContentLoaded", () => {
    parsed = true;
    if (closed) return main.removeAttribute("aria-busy");
    place();
    main.removeAttribute("aria-busy");
    // A connection that ends politely before the end mark: say so at once.
    if (!byId("complete")) byId("incomplete").classList.add("cutoff");
  });
  document.addEventListener("focusout", () => { if (parsed && !closed) setTimeout(place, 0); });

  // Emergency access ends by itself: the record is then asked for anew, and shows what the role sees.
  const ends = Number(main.dataset.ends);
  if (ends) setTimeout(() => { if (!closed) location.replace(path); }, ends);

  // How long the view may stand is the gateway's to say; what the page was told first holds until it is asked.
  let idleAt = 0, endAt = 0;
  const hold = (idle, left) => { idleAt = Date.now() + idle * 1000; endAt = Date.now() + left * 1000; };
  hold(Number(main.dataset.idle), Number(main.dataset.left));
  // Whether it lives: true, false, or nothing where no answer came. No activity.
  const ask = async () => {
    try {
      const answer = await fetch(path + "state", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410) { close(await answer.text()); return false; }
      const left = (answer.headers.get("session-left") || "").split(",").map(Number);
      if (answer.status === 204 && left.length === 2) hold(left[0], left[1]);
      return answer.status === 204 ? true : undefined;
    } catch { return undefined; /* no answer is no news: the next one tells */ }
  };
  const poll = () => { if (!closed) ask(); };
  setInterval(poll, 4000);
  window.addEventListener("focus", poll);
  document.addEventListener("visibilitychange", poll);
  // An opening in this browser may have ended older ones: they ask at once. The message carries nothing.
  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel("record");
    channel.onmessage = poll;
    channel.postMessage(0);
  }
  // Whoever comes back to this page by the browser's own memory finds nothing on it, and opens it anew if it is still theirs.
  window.addEventListener("pagehide", blank);
  window.addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    blank();
    if (await ask()) return location.reload();
    close(CLOSED);
  });

  // Rows are looked for among those that are here: nothing is asked, and the term goes nowhere.
  const find = (list, text) => {
    const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of list.querySelectorAll("tr.sift")) {
      const said = row.cells[1].firstElementChild.textContent.toLowerCase();
      row.hidden = !terms.every((term) => said.includes(term));
    }
    list.classList.toggle("found", terms.length > 0);
  };
  main.addEventListener("input", ({ target }) => {
    if (target.matches(".by-words input")) find(target.closest(".sifted"), target.value);
  });
  main.addEventListener("reset", ({ target }) => {
    const list = target.closest(".sifted:has(.by-words)");
    if (list) find(list, "");
  });

  const post = (form, keepalive = false) => fetch(form.action, {
    method: "POST", credentials: "same-origin", body: new URLSearchParams(new FormData(form)), keepalive,
  });
  const extend = byId("extend"), leave = byId("close"), idle = byId("idle"), keep = idle.parentElement;
  const say = (text, soon) => {
    // The warning lies over the page: the place it came from keeps its height, so that nothing being read moves.
    const from = keep.parentElement;
    if (soon && !keep.classList.contains("soon")) {
      from.style.boxSizing = "border-box";
      from.style.minHeight = from.getBoundingClientRect().height + "px";
    }
    keep.classList.toggle("soon", soon);
    if (!soon) from.style.minHeight = "";
    if (idle.textContent === text) return;
    idle.textContent = text;
    if (text) announce(text);
  };
  extend.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(extend);
      if (answer.ok) { await ask(); say("Kept open.", false); } else { await ask(); close(CLOSED); }
    } catch { say("Could not be kept open.", true); }
  });
  // A print is recorded before there is one. The browser's own command can only be recorded as it begins.
  const sheets = byId("print");
  let recorded = false;
  sheets.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { recorded = (await post(sheets)).ok; } catch { recorded = false; }
    if (!recorded) return say("Printing could not be recorded, so nothing was printed.", false);
    say("", false);
    window.print();
  });
  window.addEventListener("beforeprint", () => { if (!recorded && !closed) post(sheets, true).catch(() => {}); });
  window.addEventListener("afterprint", () => { recorded = false; });
  leave.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { await post(leave); } finally { close(CLOSED); }
  });
  // A minute before the end it is said, with a press that puts it off as far as it can be put off.
  setInterval(async () => {
    if (closed) return;
    const now = Date.now();
    if (Math.min(idleAt, endAt) <= now) {
      // Another page of this view may have been used meanwhile.
      if (!await ask() || Math.min(idleAt, endAt) <= Date.now()) close(CLOSED);
    } else if (endAt - now <= 60000) {
      say("This view ends within a minute. Open it again from your system.", true);
    } else if (idleAt - now <= 60000) {
      say("This record closes within a minute. Press Keep open to go on.", true);
    } else if (keep.classList.contains("soon")) {
      say("", false);
    }
  }, 1000);
})();
