// Elements from words: the only way this page makes them. Strings become text nodes, so content is never parsed as HTML.

/**
 * Make an element. `on…` properties are listeners; null, undefined and false leave a property or a child out.
 */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  fill(node, ...children);
  return node;
}

/** Replace an element's children. */
export function fill(node, ...children) {
  const kept = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  node.replaceChildren(...kept);
}

/** A round initial in a member's colour, for eyes only. */
export function avatar(member) {
  const node = h("span", { class: "avatar", "aria-hidden": "true" }, [...member.display_name][0]?.toUpperCase() ?? "?");
  node.style.backgroundColor = member.colour;
  return node;
}
