// Reactions under a message, and the small picker that adds one.

import { h } from "./dom.js";
import { glyph, key, label } from "./emoji.js";
import { openMenu } from "./menu.js";

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

/** Open a picker of `emoji` (`{id, name}`) beside `anchor`; `pick(key)` at most once. */
export function openPicker(anchor, emoji, pick) {
  openMenu(anchor, "emoji-picker", "Add a reaction",
    emoji.map((found) => ({ label: label(found), face: glyph(found), pick: () => pick(key(found)) })));
}
