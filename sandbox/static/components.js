// A message's buttons and selects. Using one calls `use(asked)`, which resolves to "answered" or "failed".

import { h } from "./dom.js";
import { glyph, label } from "./emoji.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const LINK = 5;
const BUTTON = 2;
const CHOICES = 3;

/** `people` gives the options of selects that list members or channels. */
export function components(rows, { use, people }) {
  const failure = h("p", { class: "failure", role: "alert", hidden: true }, "This interaction failed");
  const press = async (control, asked) => {
    if (control.getAttribute("aria-busy") === "true") return;
    failure.hidden = true;
    control.setAttribute("aria-busy", "true");
    const outcome = await use(asked);
    control.removeAttribute("aria-busy");
    failure.hidden = outcome !== "failed";
  };
  return [
    ...rows.map((row) => h("div", { class: "actions" },
      row.components.map((item) => (item.type === BUTTON ? button(item, press) : select(item, press, people))))),
    failure,
  ];
}

function button(item, press) {
  const kind = `button ${STYLES[item.style]}`;
  const emoji = item.emoji && h("span", { class: "emoji", "aria-hidden": item.label ? "true" : null },
    glyph(item.emoji));
  const words = [emoji, item.label && h("span", {}, item.label)];
  if (item.style === LINK) {
    const safe = /^https?:\/\//.test(item.url) ? item.url : null;
    return h("a", { class: kind, href: safe, target: "_blank", rel: "noopener noreferrer" }, words, " ↗");
  }
  const node = h("button", { type: "button", class: kind, disabled: item.disabled }, words);
  node.addEventListener("click", () => press(node, { type: "button", custom_id: item.custom_id }));
  return node;
}

function select(item, press, people) {
  const many = item.max_values > 1;
  const options = item.type === CHOICES ? item.options : people.selectable(item.type);
  const name = item.placeholder ?? (many ? "Make your choices" : "Make a choice");
  const node = h("select", { class: "select", "aria-label": name, multiple: many, disabled: item.disabled },
    !many && h("option", { value: "", disabled: true, selected: !options.some((option) => option.default) }, name),
    options.map((option) => h("option", { value: option.value, selected: option.default },
      [option.emoji && label(option.emoji), option.label].filter(Boolean).join(" "),
      option.description && ` — ${option.description}`)));
  const send = () => press(node, {
    type: "button", custom_id: item.custom_id, values: [...node.selectedOptions].map((option) => option.value),
  });
  if (!many) {
    node.addEventListener("change", send);
    return node;
  }
  return h("div", { class: "select-many" }, node,
    h("button", { type: "button", class: "button secondary", onclick: send }, "Choose"));
}
