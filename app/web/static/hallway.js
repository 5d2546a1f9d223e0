// Keys and the light switch. Everything works without this file; with it, a few things go quicker.
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
  else return;
  event.preventDefault();
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
  const off = document.getElementById("keys-off");
  nameOff(off);
  off.addEventListener("click", () => { remember("keys", keysAreOff() ? "on" : "off"); nameOff(off); });
});
