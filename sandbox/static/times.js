// Times as words, in the reader's own language and zone.

const DAY_MS = 86_400_000;
const UNITS = [
  ["year", 31_556_952],
  ["month", 2_629_746],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export const clock = (date) => date.toLocaleTimeString(undefined, { timeStyle: "short" });

export const day = (date) => date.toLocaleDateString(undefined, { dateStyle: "long" });

export const full = (date) => date.toLocaleString(undefined, STYLES.F);

/** "10:31", "Yesterday at 10:31", "24/11/2026, 10:31". */
export function stamp(date, now = new Date()) {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
  if (days === 0) return clock(date);
  if (days === 1) return `Yesterday at ${clock(date)}`;
  return date.toLocaleString(undefined, STYLES.s);
}

/** "in 3 minutes", "2 days ago". */
export function ago(date, now = new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return relative.format(Math.round(seconds / length), unit);
}

/** What `<t:seconds:style>` says. */
export function written(date, style) {
  return style === "R" ? ago(date) : date.toLocaleString(undefined, STYLES[style] ?? STYLES.f);
}

/** Keep every relative time in the page true. */
export function keepRelativeTimes() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-relative]")) {
      node.textContent = ago(new Date(node.dateTime));
    }
  }, 5000);
}
