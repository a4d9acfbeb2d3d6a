// The part of GitHub Flavored Markdown that cards use, as nodes: paragraphs, lists, headings, bold, emphasis, code, links,
// backslash escapes and entities. HTML has no meaning here; it is shown as the characters it consists of.

import { el, shown } from "./dom.js";

const ITEM = /^(?:[-*+]|\d{1,9}[.)])[ \t]+/;
const ORDERED = /^\d/;
const HEADING = /^(#{1,6})[ \t]+(.*?)[ \t]*#*$/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const ENTITY = /^&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#[xX]([\da-fA-F]{1,6}));/;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** The nodes of a card's detail. */
export function markdown(text) {
  const blocks = [];
  let paragraph = [];
  let list = null;
  const end = () => {
    if (paragraph.length) blocks.push(el("p", {}, inline(paragraph.join(" "))));
    if (list) blocks.push(el(list.name, {}, list.items.map((item) => el("li", {}, inline(item)))));
    paragraph = [];
    list = null;
  };
  for (const line of String(text).split(/\r\n?|\n/)) {
    const words = line.trim();
    const heading = HEADING.exec(words);
    if (!words) end();
    else if (heading) {
      end();
      blocks.push(el("h4", {}, inline(heading[2])));
    } else if (ITEM.test(words)) {
      const name = ORDERED.test(words) ? "ol" : "ul";
      if (list?.name !== name) end();
      list ??= { name, items: [] };
      list.items.push(words.replace(ITEM, ""));
    } else if (list) list.items[list.items.length - 1] += ` ${words}`;
    else paragraph.push(words);
  }
  end();
  return blocks;
}

/** One line's worth of nodes. */
export function inline(text) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...shown(plain));
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const [taken, node] = spanAt(text, at);
    if (typeof node === "string") plain += node;
    else {
      flush();
      nodes.push(node);
    }
    at += taken;
  }
  flush();
  return nodes;
}

/** What begins at `at`: how many characters it takes, and the text or node it gives. */
function spanAt(text, at) {
  const sign = text[at];
  const next = text[at + 1] ?? "";
  if (sign === "\\" && PUNCTUATION.test(next)) return [2, next];
  if (sign === "&") {
    const entity = ENTITY.exec(text.slice(at, at + 12));
    if (entity) return [entity[0].length, character(entity)];
  }
  if (sign === "`") {
    const close = text.indexOf("`", at + 1);
    if (close > at + 1) return [close + 1 - at, el("code", {}, shown(text.slice(at + 1, close)))];
  }
  if (sign === "*" && next === "*") return wrapped(text, at, "**", "strong") ?? [2, "**"];
  if (sign === "*" || (sign === "_" && !/\w/.test(text[at - 1] ?? ""))) {
    return wrapped(text, at, sign, "em") ?? [1, sign];
  }
  if (sign === "[") return linkAt(text, at) ?? [1, sign];
  return [1, sign];
}

function wrapped(text, at, mark, name) {
  const from = at + mark.length;
  const close = closing(text, from, mark);
  if (close <= from || /\s/.test(text[from]) || /\s/.test(text[close - 1])) return null;
  return [close + mark.length - at, el(name, {}, inline(text.slice(from, close)))];
}

function linkAt(text, at) {
  const close = closing(text, at + 1, "](");
  if (close < 0) return null;
  const end = text.indexOf(")", close);
  const url = safeURL(text.slice(close + 2, end < 0 ? close + 2 : end));
  if (!url) return null;
  return [end + 1 - at, outward(url, inline(text.slice(at + 1, close)))];
}

function closing(text, from, mark) {
  for (let at = from; at < text.length; at += text[at] === "\\" ? 2 : 1) {
    if (text.startsWith(mark, at)) return at;
  }
  return -1;
}

function character([, name, decimal, hexadecimal]) {
  if (name) return NAMED[name];
  const number = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return number > 0 && number <= 0x10ffff && !(number >= 0xd800 && number < 0xe000) ? String.fromCodePoint(number) : "\ufffd";
}

/** An absolute http or https URL, normalized, or null for everything else. */
export function safeURL(text) {
  try {
    const url = new URL(String(text).trim());
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that leaves the page: a new tab that knows nothing of this one. */
export function outward(url, children) {
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children, el("span", { class: "unseen" }, " (opens in a new tab)"));
}
