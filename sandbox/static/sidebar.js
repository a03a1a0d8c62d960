// The guild's name, its channels, its own emoji and stickers, and its people: press one to act as them, or
// the application to write to it directly.

import { avatar, fill, h } from "./dom.js";
import { label } from "./emoji.js";
import { path } from "./pictures.js";

export class Sidebar {
  #unread = new Map(); // channel id -> {count, pinged}

  /** `on`: channel(name), member(name). */
  constructor(root, on) {
    this.on = on;
    this.title = h("h1", {});
    this.channels = h("ul", { class: "channels" });
    this.people = h("ul", { class: "people" });
    this.expressions = h("ul", { class: "expressions" });
    this.own = h("section", { "aria-label": "Emoji and stickers", hidden: true },
      h("h2", {}, "Emoji and stickers"), this.expressions);
    root.append(
      h("div", { class: "guild" }, this.title, h("small", {}, "A sandbox on this machine")),
      h("nav", { "aria-label": "Channels" }, h("h2", {}, "Channels"), this.channels),
      this.own,
      h("section", { class: "acting", "aria-label": "Act as" }, h("h2", {}, "Act as"), this.people),
    );
  }

  /** Something was said in a channel that is not open. */
  note(channel, pinged) {
    const before = this.#unread.get(channel) ?? { count: 0, pinged: 0 };
    this.#unread.set(channel, { count: before.count + 1, pinged: before.pinged + (pinged ? 1 : 0) });
  }

  /** Everything was read, or all of one channel. */
  forget(channel = null) {
    if (channel === null) this.#unread.clear();
    else this.#unread.delete(channel);
  }

  draw(state, openChannel) {
    this.title.textContent = state.guild.name;
    fill(this.channels, state.channels.map((channel) => this.#channel(channel, channel.id === openChannel)));
    const own = [...state.own_emoji.map((found) => [found, label(found)]), ...state.stickers.map((found) => [found, found.name])];
    this.own.hidden = own.length === 0;
    fill(this.expressions, own.map(([found, name]) =>
      h("li", {}, h("img", { src: path(found.url), alt: name, title: found.description || name, loading: "lazy" }))));
    fill(this.people, state.members.map((member) =>
      h("li", {}, member.bot ? this.#bot(member, state.bot_online) : this.#member(member, member.id === state.me.id))));
  }

  #channel(channel, current) {
    const unread = this.#unread.get(channel.id);
    const direct = channel.name === "direct";
    return h("li", {}, h("button",
      {
        type: "button", class: unread ? "unread" : null, "aria-current": current ? "page" : null,
        onclick: () => this.on.channel(channel.name),
      },
      h("span", { class: "hash", "aria-hidden": "true" }, direct ? "@" : "#"), direct ? "direct messages" : channel.name,
      unread?.pinged > 0 && h("span", { class: "count", "aria-label": `${unread.pinged} mentions` }, String(unread.pinged)),
      unread && h("span", { class: "unseen" }, " (unread)")));
  }

  #member(member, current) {
    return h("button",
      { type: "button", "aria-pressed": String(current), "data-member": member.name, onclick: () => this.on.member(member.name) },
      avatar(member), h("span", { class: "person" }, member.display_name),
      member.moderator && h("span", { class: "badge quiet" }, "MOD"));
  }

  #bot(member, online) {
    return h("button",
      {
        type: "button", class: online ? "bot online" : "bot", title: `Message ${member.display_name} directly`,
        onclick: () => this.on.channel("direct"),
      },
      avatar(member), h("span", { class: "person" }, member.display_name),
      h("span", { class: "badge" }, "APP"), h("span", { class: "status" }, online ? "online" : "offline"));
  }
}
