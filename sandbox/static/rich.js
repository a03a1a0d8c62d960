// Draws what `markdown.js` read. Only elements and text nodes; links open elsewhere and only to http(s).

import { h } from "./dom.js";
import { glyph } from "./emoji.js";
import { parse } from "./markdown.js";
import { full, written } from "./times.js";

const TAGS = {
  strong: "strong",
  emphasis: "em",
  underline: "u",
  strike: "s",
  code: "code",
};

/**
 * The elements of a message's text. `people` finds members and channels by id; `pinged` are the ids that were
 * really notified: only their pills are lit.
 */
export function rich(text, people, { pinged = [], everyone = false } = {}) {
  const drawn = new Drawing(people, new Set(pinged), everyone);
  return parse(text).map((node) => drawn.block(node));
}

class Drawing {
  constructor(people, pinged, everyone) {
    this.people = people;
    this.pinged = pinged;
    this.everyone = everyone;
  }

  block(node) {
    switch (node.kind) {
      case "paragraph":
        return h("div", { class: "paragraph" }, this.all(node.children));
      case "heading": // messages are not the page's outline: a heading's level is told relative to it
        return h("div", { class: `heading level-${node.level}`, role: "heading", "aria-level": node.level + 2 },
          this.all(node.children));
      case "subtext":
        return h("div", { class: "subtext" }, this.all(node.children));
      case "quote":
        return h("blockquote", {}, node.children.map((child) => this.block(child)));
      case "codeblock":
        return h("pre", { tabindex: "0", "aria-label": node.language ? `${node.language} code` : "code" },
          h("code", {}, node.text));
      case "list":
        return h(node.number === null ? "ul" : "ol", { start: node.number },
          node.items.map((item) => h("li", {}, this.all(item))));
      default:
        throw new Error(`unknown block ${node.kind}`);
    }
  }

  all(nodes) {
    return nodes.map((node) => this.inline(node));
  }

  inline(node) {
    if (node.kind in TAGS) return h(TAGS[node.kind], {}, node.children ? this.all(node.children) : node.text);
    switch (node.kind) {
      case "text":
        return node.text;
      case "list":
        return this.block(node);
      case "spoiler":
        return spoiler(this.all(node.children));
      case "link":
        return h("a", { href: node.url, target: "_blank", rel: "noopener noreferrer" }, this.all(node.children));
      case "member": {
        const member = this.people.member(node.id);
        return this.pill(`@${member?.display_name ?? "unknown-member"}`, this.pinged.has(node.id));
      }
      case "all":
        return this.everyone ? this.pill(node.text, true) : node.text;
      case "role":
        return this.pill("@role", false);
      case "channel":
        return this.pill(`#${this.people.channel(node.id)?.name ?? "unknown"}`, false);
      case "command":
        return this.pill(`/${node.name}`, false);
      case "emoji":
        return glyph(node);
      case "time":
        return moment(node);
      default:
        throw new Error(`unknown inline ${node.kind}`);
    }
  }

  pill(text, lit) {
    return h("span", { class: lit ? "mention lit" : "mention" }, text);
  }
}

function moment({ seconds, style }) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "Invalid date";
  return h("time", { datetime: date.toISOString(), title: full(date), "data-relative": style === "R" },
    written(date, style));
}

function spoiler(children) {
  const inner = h("span", { "aria-hidden": "true" }, children);
  const node = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: show" }, inner);
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (!node.hasAttribute("role")) return;
    event.preventDefault();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
    inner.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return node;
}
