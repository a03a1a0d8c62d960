// A message's files: pictures in place, texts with a preview, anything else a chip. All can be downloaded.
// One that is marked as a spoiler is covered until it is pressed, for eyes and for screen readers.

import { h } from "./dom.js";
import { path, picture } from "./pictures.js";

const PICTURES = /^image\/(png|jpe?g|gif|webp)$/;
const PREVIEW_BYTES = 64 * 1024;
const PREVIEW_LINES = 12;
const SPOILER = 1 << 3; // an attachment's flag

export function attachments(found) {
  return found.map((file) => (file.flags & SPOILER ? covered(shown(file)) : shown(file)));
}

function shown(file) {
  const type = (file.content_type ?? "").split(";")[0];
  if (PICTURES.test(type)) return picture(file);
  if (type.startsWith("text/") || type === "application/json") return textFile(file);
  return chip(file);
}

function covered(node) {
  const inside = h("div", { class: "under", inert: true, "aria-hidden": "true" }, node);
  const cover = h("button", { type: "button", class: "cover", "aria-label": "Spoiler: show the file" },
    h("span", { "aria-hidden": "true" }, "Spoiler"));
  const whole = h("div", { class: "covered" }, inside, cover);
  cover.addEventListener("click", () => {
    for (const name of ["inert", "aria-hidden"]) inside.removeAttribute(name);
    cover.remove();
    whole.classList.remove("covered");
    inside.querySelector("a")?.focus({ preventScroll: true });
  });
  return whole;
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function chip(file) {
  return h("div", { class: "file" },
    h("span", { class: "file-icon", "aria-hidden": "true" }, "▤"),
    h("span", { class: "file-name" }, file.filename, h("small", {}, size(file.size))),
    h("a", { class: "download", href: path(file.url), download: file.filename }, "Download"));
}

function textFile(file) {
  const preview = h("pre", { class: "preview", tabindex: "0", "aria-label": `The beginning of ${file.filename}` },
    "Loading…");
  const more = h("button", { type: "button", class: "link-button", hidden: true }, "Show all");
  if (file.size <= PREVIEW_BYTES) fetchText(file, preview, more);
  else preview.textContent = "Too long to show here; download it to read it.";
  return h("div", { class: "file text-file" }, preview, h("div", { class: "file-foot" }, chip(file), more));
}

async function fetchText(file, preview, more) {
  let text;
  try {
    const response = await fetch(path(file.url));
    if (!response.ok) throw new Error(`status ${response.status}`);
    text = await response.text();
  } catch {
    preview.textContent = "The preview could not be loaded.";
    return;
  }
  const lines = text.split("\n");
  preview.textContent = lines.slice(0, PREVIEW_LINES).join("\n");
  if (lines.length <= PREVIEW_LINES) return;
  preview.append("\n…");
  more.hidden = false;
  more.addEventListener("click", () => {
    preview.textContent = text;
    more.remove();
  });
}
