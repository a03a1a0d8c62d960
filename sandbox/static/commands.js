// The application's commands as a person meets them: sub-commands as commands of their own, found by prefix, and
// read from a line such as `/poem theme: autumn dusk`. Pure.

const SUBCOMMAND = 1;
const GROUP = 2;
export const CHAT = 1;
export const MESSAGE = 3;

/** Every command that can be invoked: `{name: "adapter train", root: "adapter", path: "train", description, options}`. */
export function flatten(registered) {
  const found = [];
  const walk = (root, path, node) => {
    const inner = (node.options ?? []).filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
    if (inner.length > 0) {
      for (const option of inner) walk(root, [...path, option.name], option);
      return;
    }
    found.push({
      name: [root, ...path].join(" "), root, path: path.join(" "), description: node.description,
      options: node.options ?? [],
    });
  };
  for (const command of registered) if (command.type === CHAT) walk(command.name, [], command);
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/** The commands that a typed `/…` may become, those that begin with it first. */
export function matching(commands, typed) {
  const words = typed.replace(/^\//, "").toLowerCase();
  const begins = commands.filter((command) => command.name.startsWith(words));
  const holds = commands.filter((command) => !command.name.startsWith(words) && command.name.includes(words));
  return [...begins, ...holds];
}

/** The command that a line invokes and what stands after its name; null if there is none. */
export function invoked(commands, line) {
  const found = commands
    .filter((command) => line === `/${command.name}` || line.startsWith(`/${command.name} `))
    .sort((one, other) => other.name.length - one.name.length)[0];
  return found ? { command: found, rest: line.slice(found.name.length + 1) } : null;
}

/**
 * The values of `theme: autumn dusk tone:"warm and slow"`, by option. Words before the first option's name are the
 * first option's. Quotes around a value are not part of it; a name that the command does not have is text.
 */
export function values(command, rest) {
  const names = command.options.map((option) => option.name);
  const marks = [];
  const quoted = /"(?:\\.|[^"\\])*"/g;
  const hidden = rest.replace(quoted, (text, at) => (/:\s*$/.test(rest.slice(0, at)) ? "_".repeat(text.length) : text));
  for (const found of hidden.matchAll(/(?:^|\s)([-_'\p{L}\p{N}]{1,32}):/gu)) {
    if (names.includes(found[1])) marks.push({ name: found[1], at: found.index, from: found.index + found[0].length });
  }
  const made = {};
  const before = rest.slice(0, marks[0]?.at ?? rest.length).trim();
  if (before && names.length > 0) made[names[0]] = before;
  marks.forEach((mark, index) => {
    made[mark.name] = unquoted(rest.slice(mark.from, marks[index + 1]?.at ?? rest.length).trim());
  });
  return made;
}

/** A value without the quotes around it. */
export function unquoted(text) {
  return /^"(?:\\.|[^"\\])*"$/.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, "$1") : text;
}
