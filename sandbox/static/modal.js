// Dialogs: the forms that the application opens, and "are you sure?".

import { h } from "./dom.js";

const PARAGRAPH = 2;

function open(title, content, buttons) {
  const node = h("dialog", { "aria-labelledby": "dialog-title" },
    h("form", { method: "dialog", novalidate: true },
      h("h2", { id: "dialog-title" }, title), content, h("div", { class: "dialog-buttons" }, buttons)));
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}

const cancel = () => h("button", { type: "button", class: "button secondary", onclick: (event) => event.target.closest("dialog").close() }, "Cancel");

/** Ask before something that cannot be undone. Resolves to true or false. */
export function confirm(title, words, verb) {
  return new Promise((resolve) => {
    const node = open(title, h("p", {}, words),
      [cancel(), h("button", { type: "submit", class: "button danger", value: "yes" }, verb)]);
    node.addEventListener("close", () => resolve(node.returnValue === "yes"));
    node.querySelector("[type=submit]").focus();
  });
}

/**
 * The application's form. `submit(fields)` resolves to null when it was taken, else to a sentence; what was typed
 * stays until then.
 */
export function openForm({ title, fields }, submit) {
  const inputs = fields.map(input);
  const problem = h("p", { class: "failure", role: "alert" });
  const button = h("button", { type: "submit", class: "button primary" }, "Submit");
  const node = open(title, [inputs.map((field) => field.node), problem], [cancel(), button]);
  node.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    const wrong = inputs.filter((field) => !field.check());
    if (wrong.length > 0) {
      wrong[0].control.focus();
      return;
    }
    problem.textContent = "";
    button.setAttribute("aria-busy", "true");
    const sentence = await submit(Object.fromEntries(inputs.map((field) => [field.id, field.control.value])));
    button.removeAttribute("aria-busy");
    if (sentence) problem.textContent = sentence;
    else node.close();
  });
  inputs[0].control.focus();
  return node;
}

function input(field, index) {
  const id = `form-field-${index}`;
  const shared = {
    id, maxlength: field.max_length, placeholder: field.placeholder || null, "aria-required": String(field.required),
    "aria-describedby": `${id}-note`, autocomplete: "off",
  };
  const control = field.style === PARAGRAPH ? h("textarea", { rows: "5", ...shared }) : h("input", { type: "text", ...shared });
  control.value = field.value;
  const note = h("span", { class: "note", id: `${id}-note` });
  const problem = () => {
    const length = [...control.value].length;
    if (length === 0) return field.required ? "This is needed." : "";
    return length < field.min_length ? `At least ${field.min_length} characters, please; there are ${length}.` : "";
  };
  const check = () => {
    const sentence = problem();
    control.setAttribute("aria-invalid", String(sentence !== ""));
    note.textContent = sentence || `${[...control.value].length} / ${field.max_length}`;
    note.classList.toggle("wrong", sentence !== "");
    return sentence === "";
  };
  control.addEventListener("input", check);
  note.textContent = `${[...control.value].length} / ${field.max_length}`;
  const node = h("div", { class: "form-field" },
    h("label", { for: id }, field.label, field.required && h("span", { class: "needed", "aria-hidden": "true" }, " *")), control, note);
  return { id: field.custom_id, control, check, node };
}
