// Who signs. A registered service answers signed calls only: the embedded page has no key, and that of `cartsign ehr` stays
// on its server, which adds a token to each call on the way.

import { el, fill, icon, shown } from "./dom.js";

/** What is said in place of the record behind an answer. */
export const UNTOLD = "What led to this answer is on record at the service, which tells recorded charts to no client. In open trust, as with cartsign demo, this page shows the reasoning.";

/** The line that says as whom this page's server signs; nothing where it does not. */
export function showSigner(place, signs) {
  if (!signs) return;
  fill(place, "Each call goes through this page\u2019s own server, which signs it as ", el("b", {}, shown(signs.issuer)), " for ", el("b", {}, shown(signs.service)), ". The browser never holds the key.");
  place.hidden = false;
}

/** Why the page cannot start: the service, or what stands before it, refused the discovery. */
export function showRefused(place, { status, message }, signs) {
  const [title, ...words] = status === 401 ? unknown(signs) : ["The service could not be asked what it offers", message];
  fill(place, el("div", { class: "notice critical" }, el("h1", {}, icon("critical"), title), words.map((word) => el("p", {}, word))));
}

function unknown(signs) {
  if (!signs) {
    return [
      "This page works in open trust only",
      "The service is in registered trust: it answers signed calls of registered clients, and a page in a browser has no key to sign with.",
      ["To try the mock EHR with a registered service, start ", el("code", {}, "cartsign ehr"), ". To look around without registering anybody, start ", el("code", {}, "cartsign demo"), "."],
    ];
  }
  return [
    "The service does not know this mock EHR",
    ["It answered 401 to a call signed as ", el("b", {}, shown(signs.issuer)), ". Register that issuer with the public keys of this server: ", el("code", {}, "cartsign ehr"), " printed the command when it was started."],
    "A new registration counts within seconds; then load this page again.",
  ];
}

/** What the page's server has added to a request, since it is not in what the page sent. */
export function signedWith(signs, { url, request }) {
  if (!signs) return null;
  const lent = request.fhirServer ? ", and to the body a fhirAuthorization with a token for the FHIR server" : "";
  return el("p", { class: "soft" }, `Added on the way, by this page\u2019s server: Authorization: Bearer and a JWT (${signs.algorithm}, five minutes, issuer ${signs.issuer}, audience ${signs.service}${new URL(url).pathname})${lent}.`);
}
