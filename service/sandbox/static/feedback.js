// What an EHR reports of a card: accepted with the suggestions taken, or overridden with a reason (FB-4 to FB-7).

/** One suggestion was taken. */
export function accepted(card, suggestion, now) {
  return {
    card: card.uuid,
    outcome: "accepted",
    acceptedSuggestions: [{ id: suggestion.uuid }],
    outcomeTimestamp: now.toISOString(),
  };
}

/** The card was dismissed; `reason` is one of its override reasons or null, `comment` may be empty. */
export function overridden(card, reason, comment, now) {
  const item = { card: card.uuid, outcome: "overridden", outcomeTimestamp: now.toISOString() };
  const why = {};
  if (reason) why.reason = { code: reason.code, system: reason.system };
  if (comment) why.userComment = comment;
  return Object.keys(why).length ? { ...item, overrideReason: why } : item;
}
