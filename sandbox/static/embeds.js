// Embeds: title, description, fields, footer and the message's own pictures beside a coloured edge. Pictures from
// elsewhere are not shown: this page asks nothing of any other host.

import { h } from "./dom.js";
import { path, picture } from "./pictures.js";
import { rich } from "./rich.js";

export function embeds(found, people) {
  return found.map((embed) => {
    const node = h("article", { class: "embed" },
      own(embed.thumbnail) && h("div", { class: "thumbnail" }, picture(named(embed.thumbnail))),
      embed.author && h("div", { class: "embed-author" }, embed.author.name),
      embed.title && h("div", { class: "embed-title" }, rich(embed.title, people)),
      embed.description && h("div", {}, rich(embed.description, people)),
      embed.fields?.length > 0 && h("dl", {}, embed.fields.map((field) =>
        h("div", { class: field.inline ? "inline" : null },
          h("dt", {}, rich(field.name, people)), h("dd", {}, rich(field.value, people))))),
      own(embed.image) && picture(named(embed.image)),
      embed.footer && h("div", { class: "subtext" }, embed.footer.text));
    if (embed.color) node.style.borderInlineStartColor = `#${embed.color.toString(16).padStart(6, "0")}`;
    return node;
  });
}

const own = (image) => image && URL.canParse(image.url) && path(image.url).startsWith("/cdn/");

const named = (image) => ({ ...image, filename: decodeURIComponent(image.url.split("/").at(-1)) });
