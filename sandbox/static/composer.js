// Where a person writes: plain text, `/` and a list of commands, or a picked command's fields.

import { flatten, invoked, matching, values } from "./commands.js";
import { h } from "./dom.js";
import { CommandForm } from "./fields.js";
import { Listbox } from "./listbox.js";

const TALLEST_PX = 240;
const LONGEST = 2000; // characters of a message, as Discord has it

export class Composer {
  #commands = [];
  #form = null;

  /** `on`: say(text), command(invocation, name), both may throw; `where()` gives {member, channel, people}. */
  constructor(root, where, on) {
    Object.assign(this, { where, on });
    this.listbox = new Listbox("Suggestions");
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.text = h("textarea", { rows: "1", "aria-label": "Message", enterkeyhint: "send" });
    this.place = h("div", { class: "place" }, this.text);
    this.send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send" }, "➤");
    this.node = h("form", { class: "composer" },
      this.listbox.node, this.problem, h("div", { class: "bar" }, this.place, this.send));
    root.append(this.node);
    this.listbox.attach(this.text);
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("blur", () => this.listbox.field === this.text && this.listbox.close());
    this.text.addEventListener("focus", () => this.#suggest());
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** The commands that this member may use here. */
  set commands(registered) {
    this.#commands = flatten(registered);
    const kept = this.#form && this.#commands.find((command) => command.name === this.#form.command.name);
    if (this.#form && JSON.stringify(kept) !== JSON.stringify(this.#form.command)) this.#leave(this.#form.text);
    else if (document.activeElement === this.text) this.#suggest();
  }

  set placeholder(text) {
    this.text.placeholder = text;
  }

  focus() {
    (this.#form ?? this.text).focus();
  }

  /** One sentence over the field; nothing takes it away. */
  say(sentence) {
    this.problem.textContent = sentence;
    this.problem.hidden = sentence === "";
  }

  #typed() {
    this.say("");
    this.#grow();
    const found = invoked(this.#commands, this.text.value);
    if (found && this.text.value.startsWith(`/${found.command.name} `)) this.#take(found.command, found.rest);
    else this.#suggest();
  }

  #suggest() {
    const { value } = this.text;
    if (this.listbox.field !== this.text) this.listbox.attach(this.text);
    if (!/^\/[^\n]*$/.test(value)) {
      this.listbox.close();
      return;
    }
    const found = matching(this.#commands, value);
    const heading = this.#commands.length === 0 ? "There are no commands; is the application running?"
      : found.length === 0 ? `There is no command ${value}` : "Commands";
    this.listbox.show(
      found.map((command) => ({ label: `/${command.name}`, detail: command.description, command })),
      { heading, pick: ({ command }) => this.#take(command, "") },
    );
  }

  /** From text to the command's fields. */
  #take(command, rest) {
    this.text.value = "";
    this.#grow();
    this.say("");
    this.#form?.close();
    this.#form = new CommandForm(command, this.listbox, this.where, {
      send: () => this.#submit(), leave: () => this.#leave(`/${command.name}`), problem: (sentence) => this.say(sentence),
    });
    this.#form.set(values(command, rest));
    this.place.replaceChildren(this.#form.node);
    this.#form.focus();
  }

  /** From the command's fields back to text. */
  #leave(text) {
    this.#form.close();
    this.#form = null;
    this.place.replaceChildren(this.text);
    this.text.value = text;
    this.#grow();
    this.text.focus();
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Tab" && !event.shiftKey && this.listbox.active) {
      event.preventDefault();
      this.listbox.pick(this.listbox.active);
    } else if (event.key === "Enter" && !event.shiftKey && (!this.listbox.active || this.#isWhole())) {
      event.preventDefault();
      this.#submit();
    } else this.listbox.key(event);
  }

  /** Whether the text is a command that asks for nothing more. */
  #isWhole() {
    return invoked(this.#commands, this.text.value)?.command.options.length === 0;
  }

  async #submit() {
    const form = this.#form;
    this.say("");
    if (form) {
      const invocation = form.read();
      if (!invocation) return;
      this.listbox.close();
      await this.#try(form.text, () => this.on.command(invocation, form.command.name), () => this.#leave(""));
      return;
    }
    const text = this.text.value.trim();
    if (!text) return;
    const found = invoked(this.#commands, text);
    if (found) {
      this.#take(found.command, found.rest);
      if (this.#form.read()) await this.#submit();
      return;
    }
    if (text.startsWith("/")) {
      this.say(`There is no command ${text.split(/\s/)[0]}; type / to see what there is.`);
      return;
    }
    if ([...text].length > LONGEST) {
      this.say(`A message has at most ${LONGEST} characters; this one has ${[...text].length}.`);
      return;
    }
    await this.#try(text, () => this.on.say(text), () => {
      this.text.value = "";
      this.#grow();
    });
  }

  /** Clear at once, as if it had been sent; bring it back with a sentence if it was not. */
  async #try(text, act, clear) {
    clear();
    const sentence = await act();
    if (!sentence) return;
    if (!this.#form && !this.text.value) {
      this.text.value = text;
      this.#typed();
    }
    this.say(sentence);
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, TALLEST_PX)}px`;
  }
}
