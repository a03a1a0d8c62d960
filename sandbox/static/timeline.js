// The list of messages of one channel: order, day dividers, grouping, scrolling, and what is read aloud.

import { h } from "./dom.js";
import { plain } from "./markdown.js";
import { isLoading, MessageRow } from "./messages.js";
import { day } from "./times.js";

const GROUP_MS = 7 * 60 * 1000;
const PAGE = 100;
const NEAR_PX = 48;

export class Timeline {
  #messages = new Map();
  #rows = new Map();
  #held = true;
  #top = 0; // where the list stood when that was last looked at
  #unseen = 0;
  #limit = PAGE;

  constructor(root, people, actions) {
    this.people = people;
    this.actions = { ...actions, find: (id) => this.#messages.get(id), jump: (id) => this.jump(id) };
    this.list = h("ol", { class: "messages", role: "list", "aria-label": "Messages" });
    this.earlier = h("button", { type: "button", class: "button secondary earlier", hidden: true }, "Show earlier messages");
    this.empty = h("p", { class: "empty", hidden: true }, "Nothing here yet. Type / and ask for something.");
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Channel" },
      this.earlier, this.empty, this.list);
    this.pill = h("button", { type: "button", class: "new-pill", hidden: true });
    this.voice = h("div", { class: "unseen", "aria-live": "polite" });
    root.append(this.scroller, this.pill, this.voice);
    this.scroller.addEventListener("scroll", () => this.#follows());
    this.pill.addEventListener("click", () => this.toEnd());
    this.earlier.addEventListener("click", () => this.#showEarlier());
    const observer = new ResizeObserver(() => this.#follows() && this.#toEnd());
    observer.observe(this.list);
    observer.observe(this.scroller);
  }

  /** All messages of a channel, oldest first. The place is kept when it is the same channel again. */
  show(messages, { keepPlace }) {
    if (!keepPlace) {
      this.#limit = PAGE;
      this.#rows.clear();
      this.list.replaceChildren();
    }
    this.#messages = new Map(messages.map((message) => [message.id, message]));
    for (const id of [...this.#rows.keys()]) if (!this.#messages.has(id)) this.#drop(id);
    this.#draw();
    if (!keepPlace) this.toEnd();
  }

  get(id) {
    return this.#messages.get(id);
  }

  /** Whether the end is followed. Then the browser may not move the list to keep what is seen where it is. */
  get #stuck() {
    return this.#held;
  }

  set #stuck(held) {
    this.#held = held;
    this.scroller.style.overflowAnchor = held ? "none" : "auto";
  }

  /** A new message, or a newer state of one. */
  put(message) {
    const known = this.#messages.get(message.id);
    this.#messages.set(message.id, message);
    if (known) {
      this.#rows.get(message.id)?.update(message);
      if (isLoading(known) && !isLoading(message)) this.#announce(message);
      return;
    }
    const mine = message.author.id === this.people.me.id || message.interaction_metadata?.user.id === this.people.me.id;
    const follows = this.#follows();
    this.#draw();
    this.#announce(message);
    if (mine) this.toEnd();
    else if (!follows) this.#countUnseen();
  }

  remove(id) {
    this.#messages.delete(id);
    this.#drop(id);
    this.#regroup();
  }

  /** A row that is no message: something on its way. */
  addLocal(node) {
    this.list.append(node);
    this.empty.hidden = true;
    this.toEnd();
  }

  /** Show a message and light it for a moment. */
  jump(id) {
    const index = [...this.#messages.keys()].indexOf(id);
    if (index < 0) return;
    this.#limit = Math.max(this.#limit, this.#messages.size - index + 10);
    this.#draw();
    const { node } = this.#rows.get(id);
    node.scrollIntoView({ block: "center" });
    node.classList.add("lit");
    setTimeout(() => node.classList.remove("lit"), 1600);
  }

  toEnd() {
    this.#stuck = true;
    this.#unseen = 0;
    this.pill.hidden = true;
    this.#toEnd();
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#top = this.scroller.scrollTop;
  }

  /**
   * Whether the end is followed. A browser tells of scrolling a frame late: who has just left is not pulled back, and what
   * it tells of our own scrolling, when pictures have loaded meanwhile, is no leaving.
   */
  #follows() {
    if (this.scroller.scrollTop !== this.#top) this.#scrolled();
    return this.#stuck;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.#top = scrollTop;
    this.#stuck = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.#stuck) {
      this.#unseen = 0;
      this.pill.hidden = true;
    }
  }

  #countUnseen() {
    this.#unseen += 1;
    this.pill.hidden = false;
    this.pill.textContent = this.#unseen === 1 ? "1 new message ↓" : `${this.#unseen} new messages ↓`;
  }

  #showEarlier() {
    const before = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.#limit += PAGE;
    this.#draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - before;
  }

  #drop(id) {
    this.#rows.get(id)?.node.remove();
    this.#rows.delete(id);
  }

  #draw() {
    const shown = [...this.#messages.values()].slice(-this.#limit);
    this.earlier.hidden = shown.length === this.#messages.size;
    let next = null; // rows are placed from the end, before what is there already; local rows stay where they are
    for (const message of shown.reverse()) {
      let row = this.#rows.get(message.id);
      if (row) row.update(message);
      else {
        row = new MessageRow(message, this.people, this.actions);
        this.#rows.set(message.id, row);
        this.list.insertBefore(row.node, next);
      }
      next = row.node;
    }
    this.#regroup();
  }

  #regroup() {
    let before = null;
    for (const id of this.#messages.keys()) {
      const row = this.#rows.get(id);
      if (!row) continue;
      const { message } = row;
      const date = new Date(message.timestamp);
      const newDay = !before || day(new Date(before.timestamp)) !== day(date);
      row.divider.hidden = !newDay;
      row.divider.textContent = newDay ? day(date) : "";
      const joined = !newDay && before.author.id === message.author.id
        && date - new Date(before.timestamp) < GROUP_MS && !message.message_reference
        && !message.interaction_metadata?.name && before.ephemeral_for === message.ephemeral_for;
      row.node.classList.toggle("joined", joined);
      before = message;
    }
    this.empty.hidden = this.list.childElementCount > 0;
  }

  #announce(message) {
    const author = this.people.member(message.author.id)?.display_name ?? message.author.username;
    this.voice.textContent = isLoading(message) ? `${author} is thinking` : `${author}: ${plain(message.content).slice(0, 300)}`;
  }
}
