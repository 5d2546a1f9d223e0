// Keys, the light switch, and completion while typing. Everything works without this file; with it, a few things go quicker.
"use strict";

// ---- light or dark: remembered, set before the page is painted ----
const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* private window: not remembered */ }
}
const chosen = remembered("theme");
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

function showsDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches;
}
function nameSwitch(button) {
  button.textContent = showsDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", showsDark() ? "Switch to light colours" : "Switch to dark colours");
}
function flip(button) {
  root.dataset.theme = showsDark() ? "light" : "dark";
  remember("theme", root.dataset.theme);
  nameSwitch(button);
}

// ---- rows: j and k walk the links that open a row ----
function walk(step) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

// ---- a page's own keys: the first button or link in it that says which key stands for it ----
function press(key) {
  const named = [...document.querySelectorAll("main [data-key]")].find((one) => one.dataset.key === key);
  named?.click();
  return Boolean(named);
}

// ---- keys: single letters get in the way of some people's tools, so they can be turned off ----
function keysAreOff() { return remembered("keys") === "off"; }
function nameOff(button) {
  button.textContent = keysAreOff() ? "Turn the keys on" : "Turn the keys off";
}

function onKey(event) {
  if (keysAreOff() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const keys = document.getElementById("keys");
  if (keys.open) return;
  const search = document.querySelector("input[type=search][name=q]");
  if (event.key === "/" && search) { search.focus(); search.select(); }
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "?") keys.showModal();
  else if (!press(event.key)) return;
  event.preventDefault();
}

// ---- completion: a list under the search field, after the combobox pattern of WAI-ARIA ----
const WAIT_MS = 120;

function describe(item) {
  const counted = item.talks && (item.kind !== "talk" || item.talks > 1);
  return (item.alias ? `${item.name}, ` : "") + (item.kind === "organisation" ? "company" : item.kind) + (counted ? ` · ${item.talks} talk${item.talks > 1 ? "s" : ""}` : "");
}

// Places go round: from the last to none, which is the field itself, to the first.
function around(place, length) {
  return place >= length ? -1 : place < -1 ? length - 1 : place;
}

function completing(input, number) {
  const list = document.createElement("ul");
  list.id = `completions-${number}`;
  list.className = "completions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"],
    ["aria-controls", list.id], ["autocomplete", "off"]]) input.setAttribute(name, value);
  let answer = { token: "", items: [], until: 0 }, at = -1, waiting, asking;

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function mark(next) {
    at = next;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }
  function show(found) {
    answer = found;
    list.replaceChildren(...found.items.map((item, place) => {
      const option = document.createElement("li"), what = document.createElement("span");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      what.textContent = describe(item);
      option.append(`${item.alias ?? item.name} `, what);
      option.addEventListener("click", () => choose(item));
      return option;
    }));
    // Under the field, wherever the form puts it; nothing else moves.
    list.style.insetBlockStart = `${input.offsetTop + input.offsetHeight + 2}px`;
    list.scrollTop = 0;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  }
  function choose(item) {
    close();
    if (answer.token || !item.url) {
      const before = `${input.value.slice(0, answer.until - answer.token.length)}${item.insert} `;
      const after = input.value.slice(answer.until).replace(answer.token.includes('"') ? /^"?\s*/ : /^\s+/, "");
      input.value = before + after;
      input.focus();
      input.setSelectionRange(before.length, before.length);
      return;
    }
    const to = new URL(item.url, location.href);
    location.assign(to.pathname + to.search);
  }
  // What lies before the end of the word at the caret; what comes after it is kept as it is.
  function typedSoFar() {
    const caret = input.selectionEnd ?? input.value.length;
    return input.value.slice(0, caret + input.value.slice(caret).match(/^[^\s"]*/)[0].length);
  }
  async function ask() {
    const typed = typedSoFar();
    if (typed.trim().length < 2) return close();
    asking?.abort();
    asking = new AbortController();
    try {
      const reply = await fetch(`/api/v1/complete?${new URLSearchParams({ q: typed })}`, { signal: asking.signal });
      const found = reply.ok ? await reply.json() : { items: [] };
      if (typedSoFar() !== typed || document.activeElement !== input) return; // too late
      if (found.items.length && typed.endsWith(found.token)) show({ ...found, until: typed.length }); else close();
    } catch { /* asked anew, or no connection: whatever is shown stays until the next letter */ }
  }
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden && event.key === "ArrowDown") ask();
    else if (step && !list.hidden) mark(around(at + step, list.children.length));
    else if (event.key === "Enter" && !list.hidden && at >= 0) choose(answer.items[at]);
    else if (event.key === "Escape" && !list.hidden) close();
    else { if (event.key === "Tab" || event.key === "Enter") close(); return; }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
}

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme-switch");
  const help = document.getElementById("keys-switch");
  nameSwitch(button);
  button.hidden = help.hidden = false;
  button.addEventListener("click", () => flip(button));
  help.addEventListener("click", () => document.getElementById("keys").showModal());
  systemDark.addEventListener("change", () => nameSwitch(button));
  document.addEventListener("keydown", onKey);
  document.querySelectorAll("form[role=search] input[name=q]").forEach(completing);
  const off = document.getElementById("keys-off");
  nameOff(off);
  off.addEventListener("click", () => { remember("keys", keysAreOff() ? "on" : "off"); nameOff(off); });
});
