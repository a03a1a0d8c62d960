// What can stand in a command's option: its choices, members, channels, true or false, or what the application suggests.

import { ApiError, interact } from "./api.js";

const BOOLEAN = 5;
const MEMBER = 6;
const CHANNEL = 7;
const MENTIONABLE = 9;
const PAUSE_MS = 180;
const MOST = 25;

/** The fixed choices of an option as `{label, value}`; null if anything can be typed. */
export function choices(option, people) {
  if (option.choices) return option.choices.map((choice) => ({ label: choice.name, value: choice.value }));
  if (option.type === BOOLEAN) return [{ label: "True", value: true }, { label: "False", value: false }];
  if (option.type === MEMBER || option.type === MENTIONABLE) {
    return people.members.map((member) => ({ label: member.display_name, detail: `@${member.name}`, value: member.id }));
  }
  if (option.type === CHANNEL) return people.channels.map(({ id, name }) => ({ label: name, value: id }));
  return null;
}

/** Those choices that hold what was typed. */
export function narrowed(found, typed) {
  const words = typed.trim().toLowerCase();
  return found.filter((choice) => `${choice.label} ${choice.detail ?? ""}`.toLowerCase().includes(words)).slice(0, MOST);
}

/** Asks the application while somebody types: after a pause, and only the newest answer counts. */
export class Autocomplete {
  #asked = 0;
  #timer = 0;

  /** `ask()` gives the request's body; `show(choices)` or `failed(sentence)` follow. */
  type(member, channel, ask, { show, failed }) {
    this.stop();
    const mine = this.#asked;
    this.#timer = setTimeout(async () => {
      try {
        const found = await interact(member, channel, { type: "autocomplete", ...ask() });
        if (mine === this.#asked) show(found.choices.map((choice) => ({ label: choice.name, value: choice.value })));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (mine === this.#asked) failed(error.message);
      }
    }, PAUSE_MS);
  }

  /** Forget what was asked. */
  stop() {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }
}
