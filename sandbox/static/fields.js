// A picked command as a row of fields: the required options first, the others a press away.

import { unquoted } from "./commands.js";
import { fill, h } from "./dom.js";
import { Autocomplete, choices, narrowed } from "./suggestions.js";

const INTEGER = 4;
const NUMBER = 10;

export class CommandForm {
  #fields = new Map(); // option name -> {option, input, node, choice, quoted}
  #autocomplete = new Autocomplete();

  /** `on`: send, leave, problem(sentence); `where()` gives {member, channel, people}. */
  constructor(command, listbox, where, on) {
    Object.assign(this, { command, listbox, where, on });
    this.row = h("span", { class: "fields" });
    this.more = h("span", { class: "more", role: "group", "aria-label": "More options" });
    this.name = h("span", { class: "command-name", tabindex: "0", onkeydown: (event) => this.#nameKey(event) },
      `/${command.name}`);
    this.node = h("div", { class: "invocation", role: "group", "aria-label": `Command ${command.name}` },
      this.name, this.row, this.more);
    for (const option of command.options.filter((found) => found.required)) this.#add(option);
    this.#drawMore();
  }

  /** What was typed of the command so far, as text. */
  get text() {
    const told = [...this.#fields.values()].filter(({ input }) => input.value.trim());
    return [`/${this.command.name}`, ...told.map(({ option, input }) => `${option.name}: ${input.value.trim()}`)].join(" ");
  }

  focus() {
    const empty = [...this.#fields.values()].find(({ input }) => !input.value);
    (empty?.input ?? [...this.#fields.values()].at(-1)?.input ?? this.name).focus();
  }

  /** Put values into their fields, adding those that are not there. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const option = this.command.options.find((found) => found.name === name);
      const field = this.#fields.get(name) ?? this.#add(option);
      field.input.value = value.replace(/\s*\n\s*/g, " "); // a field is one line, as Discord's are
      this.#fit(field);
    }
    this.#drawMore();
  }

  /** The invocation's body, or null after telling which field it needs. */
  read() {
    const options = this.#values();
    for (const field of this.#fields.values()) {
      const missing = field.option.required && !(field.option.name in options);
      field.input.setAttribute("aria-invalid", String(missing));
      if (missing) {
        field.input.focus();
        this.on.problem(`/${this.command.name} needs ${field.option.name}.`);
        return null;
      }
    }
    return { type: "command", name: this.command.root, options };
  }

  /** Leave nothing running. */
  close() {
    this.#autocomplete.stop();
    this.listbox.detach();
  }

  #values() {
    const options = this.command.path ? { "": this.command.path } : {};
    for (const { option, input, choice, quoted } of this.#fields.values()) {
      const typed = quoted ? unquoted(input.value.trim()) : input.value.trim();
      if (typed === "") continue;
      const fixed = choices(option, this.where().people);
      const meant = fixed?.find((found) => found.label.toLowerCase() === typed.toLowerCase());
      options[option.name] = choice && choice.label === typed ? choice.value : meant ? meant.value : typed;
    }
    return options;
  }

  #add(option, { quoted = false } = {}) {
    const input = h("input", {
      type: "text", autocomplete: "off", spellcheck: "false", "aria-label": option.name, "data-option": option.name,
      "aria-required": String(Boolean(option.required)), enterkeyhint: "send", title: option.description,
      inputmode: option.type === INTEGER || option.type === NUMBER ? "decimal" : null,
    });
    const node = h("label", { class: "field" }, h("span", { class: "name", "aria-hidden": "true" }, option.name), input);
    const field = { option, input, node, choice: null, quoted };
    input.addEventListener("focus", () => this.#suggest(field));
    input.addEventListener("blur", () => this.#blurred(field));
    input.addEventListener("input", () => this.#typed(field));
    input.addEventListener("keydown", (event) => this.#key(event, field));
    this.#fields.set(option.name, field);
    this.row.append(node);
    this.#fit(field);
    return field;
  }

  #remove(field) {
    const names = [...this.#fields.keys()];
    const before = names[names.indexOf(field.option.name) - 1];
    this.#fields.delete(field.option.name);
    field.node.remove();
    this.#drawMore();
    if (before) this.#fields.get(before).input.focus();
    else this.focus();
  }

  #drawMore() {
    const left = this.command.options.filter((option) => !this.#fields.has(option.name));
    fill(this.more, left.map((option) => h("button",
      {
        type: "button", class: "option", title: option.description, "aria-label": `Add ${option.name}: ${option.description}`,
        onclick: () => this.#open(option),
        onkeydown: (event) => {
          if (event.key === "Backspace" || event.key === "Escape") this.focus();
        },
      }, `+ ${option.name}`)));
  }

  #open(option, how) {
    const field = this.#fields.get(option.name) ?? this.#add(option, how);
    this.#drawMore();
    field.input.focus();
    return field;
  }

  #fit({ input }) {
    input.style.width = `${Math.min(Math.max([...input.value].length + 1, 6), 60)}ch`;
  }

  #blurred(field) {
    if (this.listbox.field === field.input) this.listbox.detach();
    this.#autocomplete.stop();
  }

  #typed(field) {
    field.choice = null;
    field.input.setAttribute("aria-invalid", "false");
    this.on.problem("");
    const named = /(?:^|\s)([-_'\p{L}\p{N}]{1,32}):$/u.exec(field.input.value);
    const option = named && this.command.options.find((found) => found.name === named[1]);
    if (option && field.input.selectionEnd === field.input.value.length) {
      field.input.value = field.input.value.slice(0, named.index); // "… tone:" goes on in the field of that name
      this.#fit(field);
      this.#open(option, { quoted: true }).quoted = true;
      return;
    }
    this.#fit(field);
    this.#suggest(field);
  }

  #suggest(field) {
    const { option, input } = field;
    if (this.listbox.field !== input) this.listbox.attach(input);
    const heading = `${option.name}${option.required ? "" : " (optional)"} — ${option.description}`;
    const pick = (choice) => this.#pick(field, choice);
    const show = (found, note = "") => this.listbox.show(found, { heading: heading + note, pick });
    const fixed = choices(option, this.where().people);
    if (fixed) {
      const found = narrowed(fixed, field.choice ? "" : input.value);
      show(found, found.length > 0 ? "" : " · none of its choices");
      return;
    }
    show([]);
    if (!option.autocomplete) return;
    const { member, channel } = this.where();
    const still = () => this.listbox.field === input;
    this.#autocomplete.type(
      member, channel,
      () => ({
        name: this.command.root, focused: option.name, options: { ...this.#values(), [option.name]: input.value },
      }),
      { show: (found) => still() && show(found), failed: (sentence) => still() && show([], ` · ${sentence}`) },
    );
  }

  #pick(field, choice) {
    field.choice = choice;
    field.input.value = choice.label;
    this.#fit(field);
    this.#autocomplete.stop();
    this.listbox.close();
    this.on.problem("");
  }

  #nameKey(event) {
    if (event.key === "Enter") this.on.send();
    else if (event.key === "Backspace" || event.key === "Escape") this.on.leave();
    else return;
    event.preventDefault();
  }

  #key(event, field) {
    if (event.isComposing) return;
    if (event.key === "Tab" && !event.shiftKey && this.listbox.active && field.input.value && !field.choice) {
      const fixed = choices(field.option, this.where().people);
      if (fixed) this.#pick(field, this.listbox.active); // and on to the next field
      return;
    }
    if (this.listbox.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.on.send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.on.leave();
    } else if (event.key === "Backspace" && field.input.value === "") {
      event.preventDefault();
      if (field.option.required) this.on.leave();
      else this.#remove(field);
    }
  }
}
