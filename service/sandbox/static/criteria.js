// Criteria met, unmet and unknown as trees, one a rule; and what else led to the answer: cards held back and gaps.

import { el, icon, shown } from "./dom.js";
import { outward } from "./markdown.js";
import { BASE } from "./service.js";
import { unkebabed } from "./words.js";

const OUTCOMES = { met: "met", unmet: "not met", unknown: "unknown" };

/** The panel of criteria: the rule that decided first, then the nearest one where the chart stays silent. */
export function criteriaPanel({ decision }) {
  const rules = new Map();
  for (const criterion of decision.criteria) {
    if (!rules.has(criterion.rule)) rules.set(criterion.rule, []);
    rules.get(criterion.rule).push(criterion);
  }
  const decided = decision.rule?.id;
  const blocks = [...rules].map(([rule, criteria]) => [
    el("h3", {}, outward(new URL(`rules/${encodeURIComponent(rule)}`, BASE).href, unkebabed(rule)), el("span", { class: "soft" }, rule === decided ? `decided, version ${decision.rule.version}` : "the nearest other rule")),
    tree(criteria),
  ]);
  return blocks.length ? blocks.flat() : [el("p", {}, "No rule was reached.")];
}

/** Nested lists from criteria in order, each with its depth. */
function tree(criteria) {
  const top = el("ul", { class: "tree" });
  const open = [top];
  for (const criterion of criteria) {
    const level = Math.min(criterion.level ?? 0, open.length - 1);
    open.length = level + 1;
    const inner = el("ul", {});
    open[level].append(el("li", { class: criterion.outcome }, criterionRow(criterion), inner));
    open.push(inner);
  }
  for (const empty of top.querySelectorAll("ul:empty")) empty.remove();
  return top;
}

/** One criterion: its outcome in a word and a shape, its text, the letter of its finding. */
export function criterionRow({ text, outcome, atom }) {
  return el(
    "p", {}, el("span", { class: `outcome ${outcome}` }, icon(outcome), OUTCOMES[outcome]),
    el("span", {}, shown(text), " ", atom ? el("abbr", { class: "letter" }, atom) : null),
  );
}

/** The panel of cards shown, cards held back with the reason, drafts that were recognised, and gaps. */
export function heldPanel({ decision }) {
  const list = (title, items, none) => [el("h3", {}, title), items.length ? el("ul", { class: "plain" }, items) : el("p", { class: "soft" }, none)];
  return [
    ...list("Cards shown", decision.cards.map((card) => el("li", {}, el("b", {}, shown(card.summary)), el("span", { class: "soft" }, shown(` ${card.source.topic?.code ?? ""}`)))), "None."),
    ...list("Cards held back", decision.held.map((held) => el("li", {}, el("b", {}, shown(held.card?.summary ?? held.topic)), el("p", {}, shown(held.reason)))), "None."),
    ...list("Draft orders", decision.drafts.map((draft) => el("li", {}, shown(draft.ref), el("span", { class: "soft" }, shown(` ${draft.kinds.join(", ") || "of no concern here"}${draft.selected ? ", just selected" : ""}`)))), "The call carried none."),
    ...list("Gaps: what could not be read", decision.gaps.map((gap) => el("li", {}, el("b", {}, shown(gap.key)), shown(` ${gap.detail}`), el("span", { class: "soft" }, shown(` ${gap.code}${gap.ref ? `, ${gap.ref}` : ""}`)))), "None. Everything asked for was read."),
  ];
}
