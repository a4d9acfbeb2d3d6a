// Cards as an EHR shows them, and what a clinician does with one: take a suggestion, follow a link, dismiss it with a reason.

import { el, fill, icon, shown } from "./dom.js";
import { accepted, overridden } from "./feedback.js";
import { markdown, outward, safeURL } from "./markdown.js";
import { orderPanel } from "./order.js";
import { BASE, sendFeedback, Unreachable } from "./service.js";

const WORDS = { info: "Info", warning: "Warning", critical: "Critical" };
let made = 0;

/** One card; `patientName` is who its draft orders are for. */
export function cardOf(card, patientName) {
  const id = `card-${(made += 1)}`;
  const indicator = Object.hasOwn(WORDS, card.indicator) ? card.indicator : "info";
  const taken = el("div", { class: "taken" });
  const title = el("h3", { id: `${id}-title`, tabindex: -1 }, shown(card.summary));
  const shell = el(
    "article", { class: `card ${indicator}`, "aria-labelledby": `${id}-word ${id}-title` },
    el("p", { class: "indicator", id: `${id}-word` }, icon(indicator), WORDS[indicator]),
    title,
    sourceOf(card.source),
    card.detail ? el("div", { class: "detail" }, markdown(card.detail)) : null,
    suggestionsOf(card, id, taken, patientName),
    taken,
    linksOf(card.links),
  );
  shell.append(dismissal(card, id, (outcome) => collapse(shell, title, outcome)));
  return shell;
}

/** Where a card comes from (CARD-6). A picture is shown from our own origin only: the page asks no other host. */
function sourceOf(source) {
  const url = safeURL(source.url ?? "");
  const picture = safeURL(source.icon ?? "");
  const ours = picture && new URL(picture).origin === BASE.origin;
  const topic = source.topic;
  return el(
    "p", { class: "source" },
    ours ? el("img", { src: picture, alt: "", width: 20, height: 20 }) : el("span", { class: "monogram", "aria-hidden": "true" }, initial(source.label)),
    url ? outward(url, shown(source.label)) : el("span", {}, shown(source.label)),
    topic ? el("span", { class: "topic", title: topic.system }, shown(topic.display ?? topic.code)) : null,
  );
}

function initial(label) {
  return [...String(label).trim()][0]?.toUpperCase() ?? "?";
}

function suggestionsOf(card, id, taken, patientName) {
  const suggestions = card.suggestions ?? [];
  if (!suggestions.length) return null;
  const single = card.selectionBehavior === "at-most-one";
  const buttons = suggestions.map((suggestion) => {
    const take = async () => {
      for (const other of single ? buttons : [button]) other.disabled = true;
      button.classList.add("chosen");
      button.querySelector(".icon").replaceWith(icon("met"));
      const said = el("p", { class: "feedback", role: "status" }, "Sending feedback…");
      const heading = el("p", { class: "taken-title", tabindex: -1 }, icon("met"), shown(`Accepted: ${suggestion.label}`));
      taken.append(el("section", { "aria-label": "Draft order" }, heading, (suggestion.actions ?? []).map((action) => orderPanel(action, patientName)), said));
      heading.focus();
      await report(accepted(card, suggestion, new Date()), said);
    };
    const button = el(
      "button", { type: "button", class: "suggestion", onclick: take },
      icon("add"),
      el("span", {}, shown(suggestion.label), suggestion.isRecommended ? el("em", {}, " (recommended)") : null),
    );
    return button;
  });
  return el(
    "section", { class: "suggestions", "aria-labelledby": `${id}-options` },
    el("h4", { id: `${id}-options` }, single ? "Choose at most one" : "Choose any, or none"),
    el("ul", {}, buttons.map((button) => el("li", {}, button))),
  );
}

function linksOf(links = []) {
  if (!links.length) return null;
  return el("ul", { class: "links" }, links.map((link) => {
    const url = link.type === "absolute" ? safeURL(link.url) : null;
    const smart = link.type === "smart" ? " (a SMART app, which an EHR would launch)" : "";
    return el("li", {}, icon("out"), url ? outward(url, shown(link.label)) : el("span", {}, shown(link.label), smart));
  }));
}

/** The fold in which a card is dismissed: the reasons it offers, a comment, a button. */
function dismissal(card, id, done) {
  const reasons = card.overrideReasons ?? [];
  const radios = reasons.map((reason, index) =>
    el("label", { class: "choice" }, el("input", { type: "radio", name: `${id}-reason`, value: index }), el("span", {}, shown(reason.display))));
  const comment = el("textarea", { id: `${id}-comment`, rows: 2, maxlength: 1000 });
  const dismiss = async (event) => {
    event.preventDefault();
    const picked = form.querySelector("input[type=radio]:checked");
    const reason = picked ? reasons[Number(picked.value)] : null;
    const words = comment.value.trim();
    const said = done([reason?.display, words && `“${words}”`].filter(Boolean).join(", ") || "no reason given");
    await report(overridden(card, reason, words, new Date()), said);
  };
  const form = el(
    "form", { onsubmit: dismiss },
    reasons.length ? el("fieldset", {}, el("legend", {}, "Why is it dismissed?"), radios) : null,
    el("label", { for: `${id}-comment` }, "Comment (optional)"), comment,
    el("button", { type: "submit" }, "Dismiss this card"),
  );
  return el("details", { class: "dismiss" }, el("summary", {}, "Dismiss…"), form);
}

function collapse(shell, title, why) {
  const said = el("p", { class: "feedback", role: "status" }, "Sending feedback…");
  const fold = el("details", { class: "again" }, el("summary", {}, "Show the card again"), [...shell.querySelectorAll(".detail, .suggestions, .taken, .links")]);
  const head = [...shell.querySelectorAll(":scope > .indicator")];
  fill(shell, head, title, el("p", { class: "dismissed" }, el("b", {}, "Dismissed: "), shown(why)), said, fold);
  for (const button of fold.querySelectorAll("button.suggestion")) button.disabled = true;
  shell.classList.add("gone");
  title.focus();
  return said;
}

async function report(item, said) {
  try {
    const { ok, status, text } = await sendFeedback([item]);
    said.classList.toggle("failed", !ok);
    fill(said, ok ? `Feedback sent: ${item.outcome}. The service has stored it (HTTP ${status}).` : shown(`The service refused the feedback (HTTP ${status}). ${text}`));
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    said.classList.add("failed");
    fill(said, "The feedback did not reach the service; the connection failed.");
  }
}
