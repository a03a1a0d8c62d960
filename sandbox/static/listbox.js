// The list of suggestions over the composer. Focus stays in the field that it suggests for.

import { fill, h } from "./dom.js";

let made = 0;

export class Listbox {
  #items = [];
  #active = -1;

  constructor(label) {
    made += 1;
    this.heading = h("div", { class: "suggestions-heading", id: `suggestions-heading-${made}` });
    this.list = h("ul", { role: "listbox", id: `suggestions-${made}`, "aria-label": label });
    this.node = h("div", { class: "suggestions", hidden: true }, this.heading, this.list);
    this.node.addEventListener("pointerdown", (event) => event.preventDefault()); // focus stays in the field
  }

  /** The field whose suggestions these are. */
  attach(field) {
    this.detach();
    this.field = field;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-expanded", "false");
  }

  detach() {
    this.close();
    this.field = null;
  }

  get open() {
    return !this.node.hidden && this.#items.length > 0;
  }

  get active() {
    return this.#items[this.#active] ?? null;
  }

  /** Show items `{label, detail, emphasis}`; `pick(item)` when one is chosen. No item: only the heading. */
  show(items, { heading, pick, active = 0 }) {
    this.#items = items;
    this.pick = pick;
    this.heading.textContent = heading;
    fill(this.list, items.map((item, index) => h("li",
      {
        role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false",
        onclick: () => pick(item), onpointermove: () => this.#activate(index, false),
      },
      h("span", { class: "label" }, item.label), item.detail && h("span", { class: "detail" }, item.detail))));
    this.list.hidden = items.length === 0;
    this.node.hidden = false;
    this.field?.setAttribute("aria-expanded", String(items.length > 0));
    this.#activate(items.length > 0 ? active : -1, true);
  }

  close() {
    this.node.hidden = true;
    this.#items = [];
    this.#active = -1;
    this.field?.setAttribute("aria-expanded", "false");
    this.field?.removeAttribute("aria-activedescendant");
  }

  /** Up, down, Enter and Esc; true if the key was used. */
  key(event) {
    if (this.node.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.open) {
      const count = this.#items.length;
      this.#activate((this.#active + step + count) % count, true);
    } else if (event.key === "Enter" && !event.shiftKey && this.active) this.pick(this.active);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  #activate(index, scroll) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const item = this.list.children[index];
    if (!item) {
      this.field?.removeAttribute("aria-activedescendant");
      return;
    }
    item.setAttribute("aria-selected", "true");
    this.field?.setAttribute("aria-activedescendant", item.id);
    if (scroll) item.scrollIntoView({ block: "nearest" });
  }
}
