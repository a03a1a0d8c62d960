// Emoji as they are shown: a character as text, the guild's own as a small picture.

import { h } from "./dom.js";

/** How an emoji `{id, name}` stands in the path of a reaction. */
export const key = (emoji) => (emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);

/** What it is called where it cannot be shown. */
export const label = (emoji) => (emoji.id ? `:${emoji.name}:` : emoji.name);

/** The picture of a guild's own; one that is gone, or of another guild, is its name. A character is itself. */
export function glyph(emoji) {
  if (!emoji.id) return emoji.name;
  const image = h("img", {
    class: "own-emoji", src: `/cdn/emojis/${emoji.id}.${emoji.animated ? "gif" : "png"}`, alt: label(emoji), title: label(emoji),
  });
  image.addEventListener("error", () => image.replaceWith(label(emoji)));
  return image;
}
