// One message as a row that can be updated in place: only the parts that changed are drawn again, so that a
// growing text takes no focus, opened spoiler or selection elsewhere in the row.

import { attachments } from "./attachments.js";
import { CHAT } from "./commands.js";
import { components } from "./components.js";
import { avatar, fill, h } from "./dom.js";
import { embeds } from "./embeds.js";
import { plain } from "./markdown.js";
import { chips } from "./reactions.js";
import { rich } from "./rich.js";
import { clock, full, stamp } from "./times.js";

const LOADING = 1 << 7;

export const isLoading = (message) => Boolean(message.flags & LOADING);

/** "Only you can see this · Dismiss". */
export function privateNote(dismiss) {
  return h("div", { class: "private" }, "Only you can see this · ",
    h("button", { type: "button", class: "link-button", onclick: dismiss }, "Dismiss message"));
}

/** "Ada used /poem", over the answer; a command of a message's menu has no slash. */
export function commandLine(member, name, type = CHAT) {
  return h("div", { class: "reference" }, avatar(member), h("strong", {}, member.display_name), " used ",
    h("span", { class: "mention" }, type === CHAT ? `/${name}` : name));
}

export class MessageRow {
  #drawn = new Map(); // part -> the JSON it was drawn from

  /** `actions`: use, toggle, addReaction, openApps, remove, dismiss, jump, find; `people`: member, channel, selectable, me. */
  constructor(message, people, actions) {
    this.people = people;
    this.actions = actions;
    this.parts = Object.fromEntries(
      ["reference", "head", "content", "attachments", "embeds", "components", "reactions", "foot", "toolbar"].map(
        (name) => [name, h("div", { class: `part-${name}` })],
      ),
    );
    this.divider = h("div", { class: "divider", hidden: true });
    this.face = h("div", { class: "face" });
    const { reference, toolbar, ...body } = this.parts;
    this.node = h("li", { class: "row", "data-id": message.id },
      this.divider,
      h("article", { class: "message" }, reference, this.face, h("div", { class: "body" }, Object.values(body)), toolbar));
    this.update(message);
  }

  /** Draw what changed. */
  update(message) {
    this.message = message;
    const { people } = this;
    const author = people.member(message.author.id) ?? {
      id: message.author.id, display_name: message.author.username, colour: "#666", bot: message.author.bot,
    };
    const mine = message.pinged?.includes(people.me.id) ?? false;
    this.node.classList.toggle("pinged", mine);
    this.node.classList.toggle("ephemeral", Boolean(message.ephemeral_for));
    this.#part("reference", this.#referenced(message), () => this.#reference(message));
    this.#part("head", [author, message.timestamp], () => this.#head(author, new Date(message.timestamp)));
    this.#part("content", [message.content, message.edited_timestamp, message.flags, message.pinged],
      () => this.#content(message, author));
    this.#part("attachments", message.attachments, () => attachments(message.attachments));
    this.#part("embeds", message.embeds, () => embeds(message.embeds, people));
    this.#part("components", message.components, () =>
      message.components.length > 0 &&
      components(message.components, { use: (asked) => this.actions.use(this.message, asked), people }));
    this.#part("reactions", message.reactions ?? [], () => this.#reactions(message));
    this.#part("foot", message.ephemeral_for, () =>
      message.ephemeral_for && privateNote(() => this.actions.dismiss(this.message)));
    this.#part("toolbar", [message.author.id, people.me, people.apps, message.ephemeral_for],
      () => this.#toolbar(message));
  }

  #part(name, basis, draw) {
    const json = JSON.stringify(basis ?? null);
    if (this.#drawn.get(name) === json) return;
    const had = this.#drawn.has(name);
    this.#drawn.set(name, json);
    const part = this.parts[name];
    const focused = had && part.contains(document.activeElement)
      ? [...part.querySelectorAll("button, select, a")].indexOf(document.activeElement) : -1;
    fill(part, draw());
    if (focused >= 0) [...part.querySelectorAll("button, select, a")][focused]?.focus();
  }

  #referenced(message) {
    const replied = message.message_reference && this.actions.find(message.message_reference.message_id);
    return [message.interaction_metadata?.name, message.message_reference, replied?.content ?? message.referenced_message?.content];
  }

  #reference(message) {
    const invoked = message.interaction_metadata;
    if (invoked?.name) {
      const member = this.people.member(invoked.user.id);
      return member && commandLine(member, invoked.name, invoked.command_type);
    }
    if (!message.message_reference) return null;
    const replied = this.actions.find(message.message_reference.message_id) ?? message.referenced_message;
    if (!replied) return h("div", { class: "reference" }, h("em", {}, "The message this replies to was deleted"));
    const author = this.people.member(replied.author.id);
    const words = plain(replied.content) || (replied.attachments.length > 0 ? "a file" : "a message");
    return h("button",
      {
        type: "button", class: "reference", onclick: () => this.actions.jump(replied.id),
        "aria-label": `In reply to ${author?.display_name ?? "somebody"}: ${words.slice(0, 100)}`,
      },
      author && avatar(author), h("strong", {}, author?.display_name ?? "somebody"),
      h("span", { class: "excerpt" }, words.slice(0, 200)));
  }

  #head(author, date) {
    fill(this.face, avatar(author),
      h("time", { class: "small-time", datetime: date.toISOString(), "aria-hidden": "true" }, clock(date)));
    return [
      h("span", { class: "author" }, author.display_name),
      author.bot && h("span", { class: "badge" }, "APP"),
      author.moderator && h("span", { class: "badge quiet" }, "MOD"),
      h("time", { datetime: date.toISOString(), title: full(date) }, stamp(date)),
    ];
  }

  #content(message, author) {
    if (isLoading(message)) return thinking(author.display_name);
    const words = rich(message.content, this.people, { pinged: message.pinged, everyone: message.mention_everyone });
    if (!message.edited_timestamp) return words;
    const mark = h("time",
      { class: "edited", datetime: message.edited_timestamp, title: full(new Date(message.edited_timestamp)) },
      "(edited)");
    const last = words.at(-1);
    if (last?.matches(".paragraph, .heading, .subtext")) last.append(" ", mark);
    else words.push(mark);
    return words;
  }

  #reactions(message) {
    if (!message.reactions?.length) return null;
    return [
      chips(message.reactions, (emoji, on) => this.actions.toggle(this.message, emoji, on)),
      this.#adder("chip add"),
    ];
  }

  #adder(kind) {
    const node = h("button",
      { type: "button", class: kind, "aria-label": "Add a reaction", "aria-haspopup": "menu", title: "Add a reaction" },
      "☺", h("span", { class: "plus" }, "+"));
    node.addEventListener("click", () => this.actions.addReaction(this.message, node));
    return node;
  }

  #apps() {
    const node = h("button",
      { type: "button", class: "tool", "aria-label": "Apps", "aria-haspopup": "menu", title: "Apps" }, "⋯");
    node.addEventListener("click", () => this.actions.openApps(this.message, node));
    return node;
  }

  #toolbar(message) {
    if (message.ephemeral_for) return null;
    const { me } = this.people;
    const removable = me.moderator || message.author.id === me.id;
    return h("div", { class: "toolbar" },
      this.#adder("tool"),
      this.people.apps.length > 0 && this.#apps(),
      removable && h("button",
        {
          type: "button", class: "tool danger", "aria-label": "Delete message", title: "Delete",
          onclick: () => this.actions.remove(this.message),
        }, "✕"));
  }
}

/** "Renga is thinking…" */
export function thinking(name) {
  return h("div", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    `${name} is thinking…`);
}
