// A picture on a ground that shows what is transparent. What moves waits to be played where motion is not wanted.

import { h } from "./dom.js";

const ANIMATED = 1 << 5; // an attachment's flag

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** `file` has Discord's url, width, height, description, filename and flags. */
export function picture(file) {
  const source = path(file.url);
  const alt = file.description ?? file.filename;
  const image = h("img", { src: source, alt, title: file.description, width: file.width, height: file.height });
  const link = h("a", { href: source, target: "_blank", rel: "noopener" }, image);
  const node = h("div", { class: "picture" }, link);
  if (calm.matches && file.flags & ANIMATED) node.append(playing(link, image, alt));
  return node;
}

/** The path on this server: the page may be open under another of its names. */
export const path = (url) => new URL(url).pathname;

/** Shows the first frame in the picture's place; the button that plays it and stops it again. */
function playing(link, image, alt) {
  const still = h("canvas", { role: "img", "aria-label": alt, width: image.width, height: image.height });
  const button = h("button", { type: "button", class: "play", "aria-pressed": "false", "aria-label": `Play: ${alt}` }, "▶");
  link.replaceChildren(still);
  image.decode().then(() => {
    [still.width, still.height] = [image.naturalWidth, image.naturalHeight];
    still.getContext("2d").drawImage(image, 0, 0);
  }, () => link.replaceChildren(image)); // broken: the browser shows its alt text
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "❚❚" : "▶";
    link.replaceChildren(on ? image : still);
  });
  return button;
}
