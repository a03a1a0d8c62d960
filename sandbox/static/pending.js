// What this person has asked and nobody has answered: "Sending…", then gone, or "The application did not respond".

import { avatar, fill, h } from "./dom.js";
import { commandLine, privateNote } from "./messages.js";

export const NO_RESPONSE = "The application did not respond";

/** A command on its way. */
export class PendingCommand {
  constructor(member, bot, name) {
    this.words = h("div", { class: "part-content" }, "Sending command…");
    this.foot = h("div", { class: "part-foot" });
    this.node = h("li", { class: "row pending" },
      h("article", { class: "message" },
        h("div", { class: "part-reference" }, commandLine(member, name)),
        h("div", { class: "face" }, avatar(bot)),
        h("div", { class: "body" },
          h("div", { class: "part-head" },
            h("span", { class: "author" }, bot.display_name), h("span", { class: "badge" }, "APP")),
          this.words, this.foot)));
  }

  /** Nobody answered in time. */
  fail(text) {
    this.node.classList.replace("pending", "unanswered");
    this.words.textContent = text;
    this.words.setAttribute("role", "alert");
    fill(this.foot, privateNote(() => this.node.remove()));
  }
}

/** A plain message on its way. */
export function pendingMessage(member, content) {
  return h("li", { class: "row pending" },
    h("article", { class: "message" },
      h("div", { class: "face" }, avatar(member)),
      h("div", { class: "body" },
        h("div", { class: "part-head" }, h("span", { class: "author" }, member.display_name), h("time", {}, "Sending…")),
        h("div", { class: "part-content" }, h("div", { class: "paragraph" }, content)))));
}
