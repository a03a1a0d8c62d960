// A small menu beside what opened it: arrows move, Esc and a press elsewhere close it.

import { h } from "./dom.js";

/** Open a menu of `items` (`{label, face, pick}`) beside `anchor`; at most one is picked. `kind` is its class. */
export function openMenu(anchor, kind, label, items) {
  document.querySelector("[role=menu].hanging")?.remove();
  const menu = h("div", { class: `hanging ${kind}`, role: "menu", "aria-label": label });
  const close = (back) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
    if (back) anchor.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && event.target !== anchor) close(false);
  };
  menu.append(...items.map((item) => h("button",
    {
      type: "button", role: "menuitem", "aria-label": item.label,
      onclick: () => {
        close(true);
        item.pick();
      },
    }, item.face)));
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - menu.offsetWidth - 8);
  const above = box.top - menu.offsetHeight - 6;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${above < 8 ? box.bottom + 6 : above}px`;
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.firstElementChild?.focus();
}
