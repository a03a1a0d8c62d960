// A member's event stream: one WebSocket, opened again with back-off for as long as it is wanted.
// It keeps nothing; what was missed while away is for `onOpen` to fetch.

import { eventsAddress } from "./api.js";

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 8000;

export class EventStream {
  #closed = false;
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;

  /** `onOpen()` after each connection, `onEvent(type, data)`, `onLost()` when it breaks. */
  constructor(member, { onOpen, onEvent, onLost }) {
    this.member = member;
    this.on = { onOpen, onEvent, onLost };
    this.#open();
  }

  #open() {
    const socket = new WebSocket(eventsAddress(this.member));
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#wait = FIRST_WAIT_MS;
      if (!this.#closed) this.on.onOpen();
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#closed) return;
      const event = JSON.parse(data);
      this.on.onEvent(event.type, event.data);
    });
    socket.addEventListener("close", () => {
      if (this.#closed) return;
      this.on.onLost();
      this.#timer = setTimeout(() => this.#open(), this.#wait * (0.75 + Math.random() / 2));
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    });
  }

  /** Stop for good. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
  }
}
