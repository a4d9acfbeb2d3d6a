// The chart as the service read it: every sentence in which something was recognised, its marks, and what it gave.

import { el, icon, shown } from "./dom.js";
import { statusOf } from "./findings.js";
import { capital, counted, day, RESOURCES } from "./words.js";

const ROLES = {
  symptom: ["symptom", "a complaint"],
  site: ["place", "a part or side of the body"],
  posture: ["factor", "what brings it on or eases it"],
  cue: ["cue", "eases, worsens, brings on"],
  target: ["target", "a finding named outright"],
  detail: ["detail", "how much, since when, which side"],
  modifier: ["modifier", "turns the meaning: negated, possible, historical, of another person …"],
};

/** The panel: a legend, then the chart's sentences under the resource and the section they stand in. */
export function sentencesPanel(record) {
  const sentences = record.sentences ?? [];
  if (!record.request) {
    return el("p", {}, "The chart can be shown again only where calls are recorded in full (CARTSIGN_RECORD=full).");
  }
  const list = el("div", { class: "sentences" }, grouped(sentences).map((group) => resource(group, record.titles)));
  return [legend(list), list, el("p", { class: "soft" }, unread(sentences.length, record.unread ?? 0))];
}

function unread(read, rest) {
  const more = rest ? ` In ${counted(rest, "more sentence")} nothing was recognised.` : "";
  return `${counted(read, "sentence")} with something recognised.${more}`;
}

function legend(list) {
  const named = el("input", { type: "checkbox", id: "name-marks", checked: true, onchange: () => list.classList.toggle("unnamed", !named.checked) });
  const only = el("input", { type: "checkbox", id: "only-giving", onchange: () => list.classList.toggle("giving-only", only.checked) });
  return el(
    "div", { class: "legend" },
    el("ul", { "aria-label": "What the marks mean" }, Object.entries(ROLES).map(([role, [word, meaning]]) =>
      el("li", {}, el("mark", { class: `m-${role}` }, word), el("span", { class: "soft" }, meaning)))),
    el("p", { class: "switches" }, el("label", {}, named, " Name each mark"), el("label", {}, only, " Only sentences that gave a finding")),
  );
}

function grouped(sentences) {
  const groups = [];
  for (const sentence of sentences) {
    if (groups.at(-1)?.[0].ref === sentence.ref) groups.at(-1).push(sentence);
    else groups.push([sentence]);
  }
  return groups;
}

function resource(group, titles) {
  const { ref, resource: type, date } = group[0];
  let section = null;
  const items = group.map((sentence) => {
    const heading = sentence.section && sentence.section !== section ? el("span", { class: "section" }, shown(sentence.section)) : null;
    section = sentence.section;
    return el(
      "li", { class: sentence.findings.length ? "giving" : "idle" },
      heading,
      el("p", { class: "sentence", dir: "auto" }, marked(sentence)),
      sentence.findings.length ? el("ul", { class: "gave" }, byReason(sentence.findings).map((given) => gave(given, titles))) : null,
    );
  });
  const any = group.some((sentence) => sentence.findings.length);
  return el(
    "section", { class: any ? "giving" : "idle" },
    el("h3", {}, RESOURCES[type] ?? type, el("span", { class: "soft" }, [date && day(date), ref].filter(Boolean).join(" · "))),
    el("ol", {}, items),
  );
}

/** The sentence with its marks; offsets count characters, not UTF-16 units. */
function marked(sentence) {
  const letters = [...sentence.text];
  const nodes = [];
  let done = 0;
  for (const mark of sentence.marks) {
    nodes.push(...shown(letters.slice(done, mark.start).join("")));
    const word = mark.asserts ? mark.asserts.replace("-", " ") : ROLES[mark.role]?.[0] ?? mark.role;
    nodes.push(el(
      "mark", { class: `m-${mark.role}`, title: `${word}: ${mark.concept}` },
      shown(letters.slice(mark.start, mark.end).join("")), el("span", { class: "role" }, ` ${word}`),
    ));
    done = mark.end;
  }
  nodes.push(...shown(letters.slice(done).join("")));
  return nodes;
}

/** Findings with the same status and reason are told together. */
function byReason(findings) {
  const told = new Map();
  for (const finding of findings) {
    const key = `${finding.status}\n${finding.reason}`;
    if (!told.has(key)) told.set(key, { ...finding, atoms: [] });
    told.get(key).atoms.push(finding);
  }
  return [...told.values()];
}

function gave({ status, reason, atoms }, titles) {
  const [word, shape] = statusOf(status === "not-documented" ? "uncounted" : status);
  const names = atoms.map(({ atom, kind }) => capital(titles[atom] ?? atom) + (kind ? ` (${kind.replaceAll("-", " ")})` : ""));
  return el("li", {}, el("span", { class: `status ${status}` }, icon(shape), word), el("span", {}, shown([...new Set(names)].join("; ")), el("span", { class: "soft" }, shown(` ${reason}`))));
}
