// Who and what the page knows by id: members, channels, and me.

const MEMBER_SELECT = 5;
const MENTIONABLE_SELECT = 7;
const CHANNEL_SELECT = 8;

export class People {
  apps = []; // the commands of a message's menu, by name
  #members = new Map();
  #channels = new Map();

  /** Take the newest state of the room. */
  set state(state) {
    this.me = state.me;
    this.members = state.members;
    this.channels = state.channels.filter((channel) => channel.name !== "direct");
    this.bot = state.members.find((member) => member.bot);
    this.#members = new Map(state.members.map((member) => [member.id, member]));
    this.#channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  }

  member(id) {
    return this.#members.get(id);
  }

  channel(id) {
    return this.#channels.get(id);
  }

  /** The options of a select that lists members or channels; none for roles, which the sandbox does not list. */
  selectable(type) {
    if (type === MEMBER_SELECT || type === MENTIONABLE_SELECT) {
      return this.members.map((member) => ({ value: member.id, label: member.display_name }));
    }
    if (type === CHANNEL_SELECT) return this.channels.map(({ id, name }) => ({ value: id, label: `#${name}` }));
    return [];
  }
}
