// What became of an interaction: "answered" or "failed". Events tell most of it; a silent acknowledgement makes no
// event, so the server is asked too while nothing is known.

import { ApiError, getInteraction } from "./api.js";

const ASK_AFTER_MS = [200, 300, 500, 1000, 1000, 1000];
const REMEMBERED = 200;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Answers {
  #known = new Map(); // also of those whose request has not returned yet
  #waiting = new Map();

  /** An event says what became of an interaction. */
  note(interaction, outcome) {
    if (!interaction || this.#known.has(interaction)) return;
    this.#known.set(interaction, outcome);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value);
    this.#waiting.get(interaction)?.(outcome);
    this.#waiting.delete(interaction);
  }

  /** The outcome of an interaction, as soon as there is one. */
  of(interaction) {
    if (this.#known.has(interaction)) return Promise.resolve(this.#known.get(interaction));
    const told = new Promise((resolve) => this.#waiting.set(interaction, resolve));
    this.#ask(interaction);
    return told;
  }

  async #ask(interaction) {
    for (const ms of ASK_AFTER_MS) {
      await pause(ms);
      if (this.#known.has(interaction)) return;
      try {
        const { state } = await getInteraction(interaction);
        if (state !== "waiting") this.note(interaction, state === "failed" ? "failed" : "answered");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        break; // the sandbox is gone, or it started anew and forgot
      }
    }
    this.note(interaction, "failed");
  }
}
