// The page: who acts, which channel is open, and where each event goes.

import { Answers } from "./answers.js";
import * as api from "./api.js";
import { MESSAGE } from "./commands.js";
import { Composer } from "./composer.js";
import { EventStream } from "./events.js";
import { openMenu } from "./menu.js";
import { confirm, openForm } from "./modal.js";
import { NO_RESPONSE, PendingCommand, pendingMessage } from "./pending.js";
import { People } from "./people.js";
import { openPicker } from "./reactions.js";
import { Sidebar } from "./sidebar.js";
import { Timeline } from "./timeline.js";
import { keepRelativeTimes } from "./times.js";

const FIRST_MEMBER = "ada";
const element = (id) => document.getElementById(id);

class Page {
  #answers = new Answers();
  #stream = null;
  #state = null;
  #open = null; // {member, channel: name or id as in the address, id, shown: the channel whose messages are shown}
  #held = null; // events that came while the messages were being fetched
  #loads = 0;

  constructor() {
    this.people = new People();
    this.sidebar = new Sidebar(element("sidebar"), {
      channel: (name) => this.#go(this.#open.member, name),
      member: (name) => this.#go(name, this.#open.channel),
    });
    this.timeline = new Timeline(element("timeline"), this.people, {
      use: (message, asked) => this.#use(message, asked),
      toggle: (message, emoji, on) => this.#try(() => api.react(this.#open.member, message.id, emoji, on)),
      addReaction: (message, anchor) => openPicker(anchor, this.#pickable(), (emoji) =>
        this.#try(() => api.react(this.#open.member, message.id, emoji, true))),
      openApps: (message, anchor) => openMenu(anchor, "apps-menu", "Apps", this.people.apps.map((name) =>
        ({ label: name, face: name, pick: () => this.#use(message, { type: "message_command", name }) }))),
      remove: (message) => this.#remove(message),
      dismiss: (message) => this.#try(() => api.deleteMessage(this.#open.member, message.id)),
    });
    this.composer = new Composer(
      element("composer"),
      () => ({ member: this.#open.member, channel: this.#open.id, people: this.people }),
      { say: (text) => this.#say(text), command: (asked, name) => this.#command(asked, name) },
    );
    this.#drawer();
    addEventListener("hashchange", () => this.#follow());
  }

  /** Follow the address: `#ada/poems`. */
  start() {
    this.#follow();
    keepRelativeTimes();
  }

  #go(member, channel) {
    const hash = `#${encodeURIComponent(member)}/${encodeURIComponent(channel)}`;
    element("page").classList.remove("drawer-open");
    if (location.hash === hash) this.composer.focus();
    else location.hash = hash;
  }

  #follow() {
    const [member, channel] = location.hash.slice(1).split("/").map(decodeURIComponent);
    const other = this.#open?.member !== (member || FIRST_MEMBER);
    this.#open = { ...this.#open, member: member || FIRST_MEMBER, channel: channel || "", id: null };
    if (!other) {
      this.#load();
      return;
    }
    this.#open.shown = null;
    this.sidebar.forget();
    this.#stream?.close();
    this.#stream = new EventStream(this.#open.member, {
      onOpen: () => this.#load(),
      onEvent: (type, data) => (this.#held ? this.#held.push([type, data]) : this.#happened(type, data)),
      // before anything is shown, fetching is what says what is wrong
      onLost: () => (this.#open.shown ? this.#banner("The connection to the sandbox is lost; trying again…") : this.#load()),
    });
  }

  /** Fetch everything anew; events that come meanwhile wait, and each carries the whole state of its thing. */
  async #load() {
    this.#loads += 1;
    const mine = this.#loads;
    this.#held = [];
    const { member } = this.#open;
    try {
      let state = await api.getState(member);
      if (this.#open.channel === "direct" && !state.channels.some((channel) => channel.name === "direct")) {
        await api.getMessages(member, "direct"); // asking for it is what makes it
        state = await api.getState(member);
      }
      const channel = state.channels.find(({ id, name }) => [id, name].includes(this.#open.channel)) ?? state.channels[0];
      if (!channel) throw new api.ApiError("There is no channel left that this member sees.");
      const [messages, commands] = await Promise.all([
        api.getMessages(member, channel.id),
        api.getCommands(member, channel.name === "direct" ? "direct" : ""),
      ]);
      if (mine !== this.#loads) return;
      this.#show(state, channel, messages, commands);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      if (mine === this.#loads) this.#banner(error.message);
    } finally {
      if (mine === this.#loads) this.#release();
    }
  }

  #show(state, channel, messages, commands) {
    const keepPlace = this.#open.shown === channel.id;
    this.#state = state;
    this.#open = { ...this.#open, channel: channel.name, id: channel.id, shown: channel.id };
    this.people.state = state;
    this.people.apps = commands.filter((command) => command.type === MESSAGE).map((command) => command.name);
    this.sidebar.forget(channel.id);
    this.timeline.show(messages, { keepPlace });
    const name = channel.name === "direct" ? `@${this.people.bot.display_name}` : `#${channel.name}`;
    element("channel-name").textContent = name;
    document.title = `${name} · ${state.guild.name}`;
    this.composer.placeholder = `Message ${name}, or type /`;
    this.composer.commands = commands;
    if (!keepPlace) {
      this.composer.say("");
      this.composer.focus();
    }
    this.#drawState();
    element("page").dataset.ready = `${this.#open.member}/${channel.name}`;
  }

  /** Characters, then the guild's own. */
  #pickable() {
    return [...this.#state.emoji.map((name) => ({ id: null, name })), ...this.#state.own_emoji];
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [type, data] of held) this.#happened(type, data);
  }

  #drawState() {
    this.sidebar.draw(this.#state, this.#open.id);
    this.#banner(this.#state.bot_online ? ""
      : `${this.people.bot.display_name} is offline. Commands and buttons get no answer until it is back.`);
  }

  #banner(text) {
    const banner = element("banner");
    if (banner.textContent !== text) banner.textContent = text;
    banner.hidden = text === "";
  }

  #happened(type, data) {
    if (!this.#state) return;
    switch (type) {
      case "message_create":
      case "message_update":
        this.#message(type, data);
        break;
      case "message_delete":
        if (data.channel_id === this.#open.id) this.timeline.remove(data.id);
        break;
      case "reaction_add":
      case "reaction_remove":
      case "reaction_clear": {
        const known = this.timeline.get(data.message_id);
        if (known) this.timeline.put({ ...known, reactions: data.reactions });
        break;
      }
      case "modal_open":
        this.#answers.note(data.interaction, "answered");
        openForm(data, (fields) => this.#submit(data, fields));
        break;
      case "interaction_thinking":
        this.#answers.note(data.interaction, "answered");
        break;
      case "interaction_failed":
        this.#answers.note(data.interaction, "failed");
        break;
      case "bot_status":
        this.#state.bot_online = data.online;
        this.#drawState();
        break;
      case "expressions_changed":
        Object.assign(this.#state, data);
        this.#drawState();
        break;
      case "commands_changed":
      case "channel_delete":
        this.#load();
        break;
      default: // an event of a newer sandbox: nothing on this page shows it
    }
  }

  #message(type, message) {
    if (type === "message_create") this.#answers.note(message.interaction_metadata?.id, "answered");
    if (message.channel_id === this.#open.id) this.timeline.put(message);
    else if (!this.people.channel(message.channel_id)) this.#load(); // a direct channel that is new
    else if (type === "message_create") {
      this.sidebar.note(message.channel_id, message.pinged.includes(this.people.me.id));
      this.sidebar.draw(this.#state, this.#open.id);
    }
  }

  async #say(text) {
    const { member, id } = this.#open;
    const row = pendingMessage(this.people.me, text);
    this.timeline.addLocal(row);
    const sentence = await this.#sentence(() => api.postMessage(member, id, text));
    row.remove();
    return sentence;
  }

  async #command(asked, name) {
    const pending = new PendingCommand(this.people.me, this.people.bot, name);
    this.timeline.addLocal(pending.node);
    const { member, id } = this.#open;
    let made;
    const sentence = await this.#sentence(async () => {
      made = await api.interact(member, id, asked);
    });
    if (sentence) {
      pending.node.remove();
      return sentence;
    }
    this.#answers.of(made.interaction).then((outcome) =>
      outcome === "failed" ? pending.fail(NO_RESPONSE) : pending.node.remove());
    return "";
  }

  async #use(message, asked) {
    let outcome = "failed";
    await this.#try(async () => {
      const made = await api.interact(this.#open.member, message.channel_id, { ...asked, message: message.id });
      outcome = await this.#answers.of(made.interaction);
    });
    return outcome;
  }

  async #submit(form, fields) {
    let outcome = "failed";
    const sentence = await this.#sentence(async () => {
      const asked = { type: "modal", custom_id: form.custom_id, fields, message: form.message };
      const made = await api.interact(this.#open.member, this.#open.id, asked);
      outcome = await this.#answers.of(made.interaction);
    });
    return sentence || (outcome === "failed" ? "Something went wrong. Try again." : null);
  }

  async #remove(message) {
    const sure = await confirm("Delete message", "Are you sure? It is gone for everybody.", "Delete");
    if (sure) await this.#try(() => api.deleteMessage(this.#open.member, message.id));
  }

  /** Do it; a refusal is said over the composer. */
  async #try(act) {
    this.composer.say(await this.#sentence(act));
  }

  /** Do it; the sentence of a refusal, or "". */
  async #sentence(act) {
    try {
      await act();
      return "";
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      return error.message;
    }
  }

  #drawer() {
    const page = element("page");
    const button = element("drawer-button");
    const set = (on) => {
      page.classList.toggle("drawer-open", on);
      button.setAttribute("aria-expanded", String(on));
    };
    button.addEventListener("click", () => set(!page.classList.contains("drawer-open")));
    element("shade").addEventListener("click", () => set(false));
    addEventListener("keydown", (event) => event.key === "Escape" && set(false));
  }
}

new Page().start();
