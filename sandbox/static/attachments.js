// A message's files: pictures in place, texts with a preview, anything else a chip. All can be downloaded.

import { h } from "./dom.js";

const PICTURES = /^image\/(png|jpe?g|gif|webp)$/;
const PREVIEW_BYTES = 64 * 1024;
const PREVIEW_LINES = 12;

export function attachments(found) {
  return found.map((file) => {
    const type = (file.content_type ?? "").split(";")[0];
    if (PICTURES.test(type)) return picture(file);
    if (type.startsWith("text/") || type === "application/json") return textFile(file);
    return chip(file);
  });
}

/** The path on this server: the page may be open under another of its names. */
const path = (file) => new URL(file.url).pathname;

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function picture(file) {
  const image = h("img", {
    src: path(file), alt: file.description ?? file.filename, title: file.description, width: file.width,
    height: file.height,
  });
  return h("a", { class: "picture", href: path(file), target: "_blank", rel: "noopener" }, image);
}

function chip(file) {
  return h("div", { class: "file" },
    h("span", { class: "file-icon", "aria-hidden": "true" }, "▤"),
    h("span", { class: "file-name" }, file.filename, h("small", {}, size(file.size))),
    h("a", { class: "download", href: path(file), download: file.filename }, "Download"));
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
    const response = await fetch(path(file));
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
