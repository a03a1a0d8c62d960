// Reactions under a message, and the small picker that adds one.

import { h } from "./dom.js";
import { glyph, key, label } from "./emoji.js";

/** Chips that toggle my own; `toggle(emoji, on)`. */
export function chips(found, toggle) {
  return found.map((reaction) => h("button",
    {
      type: "button", class: "chip", "aria-pressed": String(reaction.me),
      "aria-label": `${label(reaction.emoji)}, ${reaction.count}${reaction.me ? ", yours" : ""}`,
      onclick: () => toggle(key(reaction.emoji), !reaction.me),
    },
    h("span", { class: "emoji", "aria-hidden": "true" }, glyph(reaction.emoji)),
    h("span", { class: "count", "aria-hidden": "true" }, String(reaction.count))));
}

/** Open a picker of `emoji` (`{id, name}`) beside `anchor`; `pick(key)` at most once. It closes on Esc, on a pick, or elsewhere. */
export function openPicker(anchor, emoji, pick) {
  document.querySelector(".emoji-picker")?.remove();
  const picker = h("div", { class: "emoji-picker", role: "menu", "aria-label": "Add a reaction" });
  const close = (back) => {
    picker.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
    if (back) anchor.focus();
  };
  const outside = (event) => {
    if (!picker.contains(event.target) && event.target !== anchor) close(false);
  };
  picker.append(...emoji.map((found) => h("button",
    {
      type: "button", role: "menuitem", "aria-label": label(found),
      onclick: () => {
        close(true);
        pick(key(found));
      },
    }, glyph(found))));
  picker.addEventListener("keydown", (event) => {
    const all = [...picker.children];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(picker);
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - picker.offsetWidth - 8);
  const above = box.top - picker.offsetHeight - 6;
  picker.style.left = `${Math.max(8, left)}px`;
  picker.style.top = `${above < 8 ? box.bottom + 6 : above}px`;
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  picker.firstElementChild?.focus();
}
