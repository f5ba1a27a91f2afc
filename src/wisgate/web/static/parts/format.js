// Numbers, units and times as people read them. Everything on the wire stays in its own unit.

const PREFIXES = [[1e9, "G", -9], [1e6, "M", -6], [1e3, "k", -3], [1, "", 0], [1e-3, "m", 3], [1e-6, "µ", 6]];
const SCALED = new Set(["A", "V", "W", "Ohm", "Hz", "W.h", "By"]);

export const STATUS = {
  good: { word: "good", icon: "check" },
  uncertain: { word: "uncertain", icon: "tilde" },
  absent: { word: "absent", icon: "unplugged" },
  fault: { word: "fault", icon: "alert" },
  saturated: { word: "beyond range", icon: "ceiling" },
  stale: { word: "stale", icon: "clock" },
};

/** How to show numbers of this size: {factor, unit, decimals}. */
export function scaleFor(point, size) {
  const plain = { factor: 1, unit: point.display, decimals: point.decimals };
  if (!SCALED.has(point.unit) || !(size > 0) || !Number.isFinite(size)) return plain;
  const [step, prefix, shift] = PREFIXES.find(([least]) => size >= least) ?? PREFIXES.at(-1);
  const decimals = Math.min(6, Math.max(0, point.decimals - shift));
  return { factor: 1 / step, unit: prefix + point.display, decimals: shift < 0 ? Math.min(decimals, 3) : decimals };
}

/** A reading in two parts: {text, unit}. A status that carries no value shows a dash. */
export function shown(point, value = point.value) {
  if (value === null || value === undefined) return { text: "–", unit: "" };
  if (typeof value === "boolean") return { text: value ? "on" : "off", unit: "" };
  if (typeof value === "string") return { text: value, unit: point.display };
  const { factor, unit, decimals } = scaleFor(point, Math.abs(value));
  return { text: number(value * factor, decimals), unit };
}

export function number(value, decimals = 0) {
  return value.toLocaleString("en", {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: Math.abs(value) >= 1e4,
  }).replaceAll(",", "\u202f").replace("-", "−");
}

export function both(point, value) {
  const { text, unit } = shown(point, value);
  return unit ? `${text}\u202f${unit}` : text;
}

export function title(name) {
  const words = name.replaceAll("_", " ").replace(/\b(led|cpu)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "now", "12 s", "3 min", "2 h", "4 d". */
export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400 * 2) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

export function age(seconds) {
  return seconds < 2 ? "just now" : `${span(seconds)} ago`;
}

export function bytes(count) {
  if (count < 1e3) return `${count} B`;
  return count < 1e6 ? `${number(count / 1e3, 0)} kB` : `${number(count / 1e6, 1)} MB`;
}

export function clockTime(iso) {
  return new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
}
