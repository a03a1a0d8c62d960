// The sandbox's control API, one function a request. Failures become one sentence; nothing is retried here.

const ROOT = "/sandbox/v1";

/** What the server or the network refused; `message` is a sentence for the person. */
export class ApiError extends Error {}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("The sandbox cannot be reached.");
  }
  const text = await response.text();
  let found = null;
  try {
    found = text ? JSON.parse(text) : null;
  } catch {
    found = null; // an answer that is not ours: told by its status
  }
  if (!response.ok) throw new ApiError(found?.error ?? `The sandbox answered ${response.status}.`);
  return found;
}

const as = (member) => `as=${encodeURIComponent(member)}`;

export const getState = (member) => call("GET", `/state?${as(member)}`);

export const getMessages = (member, channel) => call("GET", `/channels/${channel}/messages?${as(member)}`);

/** `channel` is "direct" for what can be used in the direct channel with the bot. */
export const getCommands = (member, channel) => call("GET", `/commands?${as(member)}&channel=${channel}`);

/** What became of an interaction: `{state: "waiting" | "thinking" | "answered" | "failed", …}`. */
export const getInteraction = (id) => call("GET", `/interactions/${id}`);

/** Plain text, as a member. */
export const postMessage = (member, channel, content) => call("POST", "/messages", { as: member, channel, content });

/** Delete a message, or put an ephemeral one away. */
export const deleteMessage = (member, id) => call("DELETE", `/messages/${id}?${as(member)}`);

/** Command, autocomplete, button (selects too, with `values`) or modal: `{interaction}`, or `{choices}` for autocomplete. */
export const interact = (member, channel, asked) => call("POST", "/interactions", { as: member, channel, ...asked });

/** `emoji` as it stands in a path: the character, or `name:id`. */
export function react(member, id, emoji, on) {
  return call(on ? "PUT" : "DELETE", `/messages/${id}/reactions/${encodeURIComponent(emoji)}?${as(member)}`);
}

/** Where the events of a member are. */
export function eventsAddress(member) {
  return `${location.origin.replace(/^http/, "ws")}${ROOT}/events?${as(member)}`;
}
