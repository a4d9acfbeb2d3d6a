// What came back from one call: cards, silence with its reason, or a refusal as what it is; and everything behind it.

import { cardOf } from "./cards.js";
import { criteriaPanel, criterionRow, heldPanel } from "./criteria.js";
import { el, fill, icon, shown } from "./dom.js";
import { findingsPanel } from "./findings.js";
import { jsonBlock, textBlock } from "./json.js";
import { sentencesPanel } from "./sentences.js";
import { recordOf, Unreachable } from "./service.js";
import { signedWith, UNTOLD } from "./signing.js";
import { tabs } from "./tabs.js";
import { counted, STATES, unkebabed } from "./words.js";

const REFUSALS = {
  400: "The request is not what the service can read",
  401: "The service does not know who is calling",
  403: "The service does not allow this call",
  404: "There is no such service",
  412: "The service lacks data it cannot do without",
  413: "The request is too large",
  429: "The service is called too often",
  500: "The service failed",
  502: "The mock EHR could not reach the service",
  503: "The service cannot answer at the moment",
};

/**
 * Shows an answer in `place` and returns the sentence to announce. `about` says what was called for whom, `tab` is the
 * section to open, `picked(tab)` hears which one is.
 */
export function showAnswer(place, answer, { about, patientName, tab, picked }) {
  const cards = answer.status === 200 && Array.isArray(answer.body?.cards) ? answer.body.cards : null;
  const record = cards ? recorded(answer) : Promise.resolve(null);
  const behind = el("section", { class: "behind", "aria-labelledby": "behind-title" });
  const what = cards ? (cards.length ? el("div", { class: "cards" }, cards.map((card) => cardOf(card, patientName))) : silence(record)) : refusal(answer);
  fill(place, headline(about, answer, cards), what, behind);
  place.hidden = false;
  place.removeAttribute("aria-busy");
  fillBehind(behind, answer, record, tab, picked);
  if (!cards) return `The service refused the call: HTTP ${answer.status}.`;
  return cards.length ? `${counted(cards.length, "card")}. ${cards.map((card) => `${card.indicator}: ${card.summary}`).join(". ")}` : "The service answered with no card.";
}

/** Shows that nothing came back at all. */
export function showUnreachable(place, about) {
  const words = el("div", { class: "notice critical" }, el("h3", {}, icon("critical"), "The service could not be reached"), el("p", {}, "The connection failed before anything came back. Is it still running?"));
  fill(place, el("h2", { id: "result-title" }, "Answer"), el("p", { class: "facts" }, about), words);
  place.hidden = false;
  place.removeAttribute("aria-busy");
  return "The service could not be reached.";
}

function headline(about, answer, cards) {
  const facts = [about, `HTTP ${answer.status}`, `${answer.ms} ms`, cards ? counted(cards.length, "card") : null];
  return el(
    "header", { class: "answer" },
    el("h2", { id: "result-title" }, "Answer"),
    el("ul", { class: "facts" }, facts.filter(Boolean).map((fact) => el("li", {}, fact))),
  );
}

function silence(record) {
  const why = el("div", { class: "why" }, el("p", { class: "soft" }, "Looking up why…"));
  record.then((told) => fill(why, told?.decision ? reasons(told) : el("p", {}, shown(told?.detail ?? "Why is not on record."))));
  return el("div", { class: "notice quiet" }, el("h3", {}, icon("quiet"), "The service answered with no card: nothing to say"), why);
}

/** Why there is no card: what was held back, or which rule ended it and what the nearest one lacked. */
function reasons({ decision }) {
  const { held, criteria, rule } = decision;
  if (held.length) {
    return [el("p", {}, "A card was composed and held back:"), el("ul", {}, held.map(({ reason }) => el("li", {}, shown(reason))))];
  }
  const ended = criteria.filter((criterion) => criterion.rule === rule?.id && !criterion.level).map(({ text }) => text);
  const lacking = criteria.filter((criterion) => criterion.rule !== rule?.id && !criterion.level && criterion.outcome !== "met");
  const [, conclusion] = STATES[decision.state] ?? [decision.state, decision.state];
  return [
    el("p", {}, ended.length ? `${ended.join(". ")}.` : `${conclusion}.`),
    lacking.length ? el("p", {}, `The nearest other rule, ${unkebabed(lacking[0].rule).toLowerCase()}, lacks:`) : null,
    lacking.length ? el("ul", { class: "tree" }, lacking.map((criterion) => el("li", { class: criterion.outcome }, criterionRow(criterion)))) : null,
    decision.gaps.length ? el("p", {}, `${counted(decision.gaps.length, "thing")} could not be read; see “Cards and gaps” below.`) : null,
  ].filter(Boolean);
}

function refusal(answer) {
  const issues = answer.body?.issue ?? [];
  const title = REFUSALS[answer.status] ?? "The service refused the call";
  return el(
    "div", { class: "notice critical" },
    el("h3", {}, icon("critical"), el("span", {}, `${[answer.status, answer.statusText].filter(Boolean).join(" ")}: ${title}`)),
    issues.length ? el("ul", { class: "plain" }, issues.map((issue) => el(
      "li", {}, el("b", {}, shown(`${issue.severity ?? "error"}, ${issue.code ?? "unknown"}: `)), shown(issue.diagnostics ?? issue.details?.text ?? ""),
      issue.expression?.length ? el("span", { class: "soft" }, shown(` at ${issue.expression.join(", ")}`)) : null,
    ))) : el("p", {}, "The answer is no OperationOutcome; it is shown under “Response”."),
  );
}

async function recorded({ correlation, signs }) {
  if (signs) return { detail: UNTOLD };
  try {
    return await recordOf(correlation);
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    return { detail: "The record of the call could not be fetched; the connection failed." };
  }
}

async function fillBehind(place, answer, record, tab, picked) {
  const title = el("h2", { id: "behind-title" }, "Behind this answer");
  const messages = [
    { id: "request", title: "Request", panel: () => requestPanel(answer) },
    { id: "response", title: "Response", panel: () => responsePanel(answer) },
  ];
  fill(place, title, el("p", { class: "soft" }, "Reading the record…"));
  const told = await record;
  if (!told?.decision) {
    fill(place, title, told?.detail ? el("p", { class: "soft" }, shown(told.detail)) : null, tabs("Behind this answer", messages, tab, picked));
    return;
  }
  const reading = [
    { id: "chart", title: "Chart", panel: () => sentencesPanel(told) },
    { id: "findings", title: "Findings", panel: () => findingsPanel(told) },
    { id: "criteria", title: "Criteria", panel: () => criteriaPanel(told) },
    { id: "held", title: "Cards and gaps", panel: () => heldPanel(told) },
  ];
  const decision = { id: "decision", title: "Decision", panel: () => [el("p", { class: "soft" }, "What was recorded, and what a replay of this call has to give again."), jsonBlock(told.decision, "decision")] };
  fill(place, title, conclusion(told.decision), tabs("Behind this answer", [...reading, ...messages, decision], tab, picked));
}

function conclusion({ state, rule, knowledge }) {
  const [short, long] = STATES[state] ?? [state, state];
  return el(
    "p", { class: "conclusion" }, el("span", { class: `pill ${state}` }, short), el("span", {}, long),
    el("span", { class: "soft" }, [rule && `rule ${rule.id}, version ${rule.version}`, `knowledge ${knowledge.slice(0, 8)}`].filter(Boolean).join(" · ")),
  );
}

function requestPanel({ url, headers, request, signs }) {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [signedWith(signs, { url, request }), textBlock([`POST ${url}`, ...head].join("\n"), "request line and headers"), jsonBlock(request, "request")];
}

function responsePanel({ status, statusText, answered, body, text }) {
  const head = answered.map(([name, value]) => `${name}: ${value}`);
  return [textBlock([`${status} ${statusText}`, ...head].join("\n"), "status and headers"), body === null ? textBlock(text || "(no body)", "response") : jsonBlock(body, "response")];
}
