// Embeds: title, description, fields and footer beside a coloured edge. Their pictures come from elsewhere, so none are shown.

import { h } from "./dom.js";
import { rich } from "./rich.js";

export function embeds(found, people) {
  return found.map((embed) => {
    const node = h("article", { class: "embed" },
      embed.author && h("div", { class: "embed-author" }, embed.author.name),
      embed.title && h("div", { class: "embed-title" }, rich(embed.title, people)),
      embed.description && h("div", {}, rich(embed.description, people)),
      embed.fields?.length > 0 && h("dl", {}, embed.fields.map((field) =>
        h("div", { class: field.inline ? "inline" : null },
          h("dt", {}, rich(field.name, people)), h("dd", {}, rich(field.value, people))))),
      embed.footer && h("div", { class: "subtext" }, embed.footer.text));
    if (embed.color) node.style.borderInlineStartColor = `#${embed.color.toString(16).padStart(6, "0")}`;
    return node;
  });
}
