// Discord's markdown as a tree. Pure: text in, plain objects out; `rich.js` draws them.
// Block nodes: paragraph, heading, subtext, quote, list, codeblock. Inline nodes: see MARKS, MENTIONS and `inline`.

const FENCE = "```";
const HEADING = /^(#{1,3}) +(\S.*)$/;
const SUBTEXT = /^-# +(\S.*)$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(\S.*)$/;
const LANGUAGE = /^([\w+#.-]{1,24})\n/;
const ADDRESS = /^https?:\/\/[^\s<>]+/;
const MASKED = /^\[((?:\\.|[^\]\\])+)\]\((https?:\/\/[^\s<>)]+)\)/;
const BARE_END = /[.,:;"'\])!?]+$/;

const MARKS = [
  ["**", "strong"],
  ["__", "underline"],
  ["~~", "strike"],
  ["||", "spoiler"],
];

const MENTIONS = [
  [/^<@!?(\d+)>/, ([, id]) => ({ kind: "member", id })],
  [/^<@&(\d+)>/, ([, id]) => ({ kind: "role", id })],
  [/^<#(\d+)>/, ([, id]) => ({ kind: "channel", id })],
  [/^<\/([^:<>]+):\d+>/, ([, name]) => ({ kind: "command", name })],
  [/^<(a?):(\w+):(\d+)>/, ([, moves, name, id]) => ({ kind: "emoji", name, id, animated: moves === "a" })],
  [/^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/, ([, seconds, style]) => ({ kind: "time", seconds: Number(seconds), style })],
];

/** The blocks of a message. */
export function parse(text) {
  const blocks = [];
  let loose = ""; // lines of the paragraph that is being read
  const flush = () => {
    if (loose) blocks.push({ kind: "paragraph", children: inline(loose) });
    loose = "";
  };
  const endLine = () => {
    if (loose.endsWith("\n")) loose = loose.slice(0, -1);
    flush();
  };
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
    const line = text.slice(at, end);
    const atLineStart = at === 0 || text[at - 1] === "\n";
    if (atLineStart && line.startsWith(">>> ")) {
      endLine();
      blocks.push({ kind: "quote", children: parse(text.slice(at + 4)) });
      return blocks;
    }
    const lines = atLineStart ? leading(text, at) : null;
    if (lines) {
      endLine();
      blocks.push(lines.node);
      at = lines.next;
      continue;
    }
    const fence = fenced(text, at, end);
    if (fence) {
      loose += text.slice(at, fence.start);
      endLine();
      blocks.push({ kind: "codeblock", language: fence.language, text: fence.text });
      at = text[fence.next] === "\n" ? fence.next + 1 : fence.next;
      continue;
    }
    loose += text.slice(at, end + 1);
    at = end + 1;
  }
  flush();
  return blocks;
}

/** Only the words of a message, on one line. */
export function plain(text) {
  const words = (node) => {
    if (node.kind === "spoiler") return "▒▒▒";
    if (node.kind === "list") return node.items.map((item) => item.map(words).join("")).join(" ");
    if (node.children) return node.children.map(words).join("");
    return { member: "@…", role: "@…", channel: "#…", time: "🕓", command: `/${node.name}`, emoji: `:${node.name}:` }[
      node.kind
    ] ?? node.text ?? "";
  };
  return parse(text).map(words).join(" ").replace(/\s+/g, " ").trim();
}

/** A block that its first characters make: heading, subtext, quote or list. */
function leading(text, at) {
  const line = lineAt(text, at);
  const next = at + line.length + 1;
  const heading = HEADING.exec(line);
  if (heading) return { node: { kind: "heading", level: heading[1].length, children: inline(heading[2]) }, next };
  const subtext = SUBTEXT.exec(line);
  if (subtext) return { node: { kind: "subtext", children: inline(subtext[1]) }, next };
  if (line.startsWith("> ")) {
    const quoted = linesWhile(text, at, (found) => found.startsWith("> "));
    const inner = quoted.lines.map((found) => found.slice(2)).join("\n");
    return { node: { kind: "quote", children: parse(inner) }, next: quoted.next };
  }
  const item = ITEM.exec(line);
  if (item) {
    const other = (found) => found[1].length <= item[1].length && numbered(found) !== numbered(item);
    const listed = linesWhile(text, at, (found) => ITEM.test(found) && !other(ITEM.exec(found)));
    return { node: list(listed.lines.map((found) => ITEM.exec(found))), next: listed.next };
  }
  return null;
}

function lineAt(text, at) {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.slice(at) : text.slice(at, end);
}

function linesWhile(text, at, fits) {
  const lines = [];
  while (at < text.length && fits(lineAt(text, at))) {
    lines.push(lineAt(text, at));
    at += lines.at(-1).length + 1;
  }
  return { lines, next: at };
}

const numbered = (item) => /^\d/.test(item[2]);

/** A list from its lines; a line that stands further in belongs to the item before it. */
function list(found) {
  const depth = found[0][1].length;
  const number = numbered(found[0]) ? Number.parseInt(found[0][2], 10) : null;
  const items = [];
  for (let index = 0; index < found.length; ) {
    let next = index + 1;
    while (next < found.length && found[next][1].length > depth) next += 1;
    const inner = next > index + 1 ? [list(found.slice(index + 1, next))] : [];
    items.push([...inline(found[index][3]), ...inner]);
    index = next;
  }
  return { kind: "list", number, items };
}

/** The first code block that opens in this line. */
function fenced(text, at, end) {
  const start = closing(text, at, FENCE);
  if (start < 0 || start >= end) return null;
  const close = text.indexOf(FENCE, start + FENCE.length);
  if (close < 0 || !text.slice(start + FENCE.length, close).trim()) return null;
  let inner = text.slice(start + FENCE.length, close);
  const language = LANGUAGE.exec(inner)?.[1] ?? null;
  if (language) inner = inner.slice(language.length);
  return { start, next: close + FENCE.length, language, text: inner.replace(/^\n+|\n+$/g, "") };
}

/** Where `mark` stands next, past escapes and code spans; -1 if nowhere. */
function closing(text, at, mark) {
  for (let index = at; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text.startsWith(mark, index)) return index;
    else if (text[index] === "`") index = (codeSpan(text, index)?.next ?? index + ticks(text, index)) - 1;
  }
  return -1;
}

/** How many backticks stand here. */
function ticks(text, at) {
  let count = 0;
  while (text[at + count] === "`") count += 1;
  return count;
}

/** Code between one or two backticks, closed by as many. */
function codeSpan(text, at) {
  const count = ticks(text, at);
  if (count > 2) return null;
  let close = text.indexOf("`", at + count);
  while (close >= 0 && ticks(text, close) !== count) close = text.indexOf("`", close + ticks(text, close));
  return close < 0 ? null : { text: text.slice(at + count, close), next: close + count };
}

/** The inline nodes of a text. */
function inline(text) {
  const nodes = [];
  const say = (words) => {
    if (nodes.at(-1)?.kind === "text") nodes.at(-1).text += words;
    else nodes.push({ kind: "text", text: words });
  };
  let at = 0;
  while (at < text.length) {
    if (text[at] === "\\" && /[^\p{L}\p{N}\s]/u.test(text[at + 1] ?? "")) {
      const escaped = String.fromCodePoint(text.codePointAt(at + 1));
      say(escaped);
      at += 1 + escaped.length;
      continue;
    }
    const found = special(text, at);
    if (found) {
      nodes.push(found.node);
      at = found.next;
    } else {
      const words = text.slice(at, at + Math.max(1, ticks(text, at)));
      say(words);
      at += words.length;
    }
  }
  return nodes;
}

function special(text, at) {
  switch (text[at]) {
    case "`": {
      const span = codeSpan(text, at);
      return span && { node: { kind: "code", text: span.text }, next: span.next };
    }
    case "*":
    case "_":
    case "~":
    case "|":
      return marked(text, at) ?? slanted(text, at);
    case "<":
      return mention(text, at) ?? bracketed(text, at);
    case "@": {
      const name = /^@(everyone|here)\b/.exec(text.slice(at, at + 10));
      return name && { node: { kind: "all", text: name[0] }, next: at + name[0].length };
    }
    case "[": {
      const link = MASKED.exec(text.slice(at));
      return link && { node: { kind: "link", url: link[2], children: inline(link[1]) }, next: at + link[0].length };
    }
    case "h": {
      const url = ADDRESS.exec(text.slice(at))?.[0].replace(BARE_END, "");
      return url && { node: { kind: "link", url, children: [{ kind: "text", text: url }] }, next: at + url.length };
    }
    default:
      return null;
  }
}

function marked(text, at) {
  for (const [mark, kind] of MARKS) {
    if (!text.startsWith(mark, at)) continue;
    let close = closing(text, at + 2, mark);
    while (close > 0 && mark !== "||" && text[close + 2] === mark[0]) close += 1;
    if (close > at + 2) return { node: { kind, children: inline(text.slice(at + 2, close)) }, next: close + 2 };
  }
  return null;
}

/** `*words*` or `_words_`; the latter does not close inside a word, as in snake_case_names. */
function slanted(text, at) {
  const mark = text[at];
  if ((mark !== "*" && mark !== "_") || /\s/.test(text[at + 1] ?? " ")) return null;
  for (let close = closing(text, at + 1, mark); close > 0; close = closing(text, close + 1, mark)) {
    if (text[close + 1] === mark) {
      close += 1; // a double mark is not ours
      continue;
    }
    const fits = mark === "*" ? !/\s/.test(text[close - 1]) : !/[\p{L}\p{N}]/u.test(text[close + 1] ?? "");
    if (close > at + 1 && fits) {
      return { node: { kind: "emphasis", children: inline(text.slice(at + 1, close)) }, next: close + 1 };
    }
  }
  return null;
}

function mention(text, at) {
  const rest = text.slice(at, at + 120);
  for (const [pattern, make] of MENTIONS) {
    const found = pattern.exec(rest);
    if (found) return { node: make(found), next: at + found[0].length };
  }
  return null;
}

function bracketed(text, at) {
  const url = ADDRESS.exec(text.slice(at + 1))?.[0];
  if (!url || text[at + 1 + url.length] !== ">") return null;
  return { node: { kind: "link", url, children: [{ kind: "text", text: url }] }, next: at + url.length + 2 };
}
