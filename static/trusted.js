"use strict";
/* The one policy of Trusted Types: what htmx fetches becomes part of a page only if nothing in it runs, loads or leads elsewhere. */
(() => {
  if (!window.trustedTypes) return;
  const ACTIVE = "script, style, link, meta, base, iframe, frame, frameset, object, embed, applet, portal, math, use, template[shadowrootmode]";
  const LEADS = ["href", "xlink:href", "src", "action", "formaction", "data", "poster", "background"];
  const WAYS = ["https:", "http:", "mailto:", "tel:"];

  const isCalm = (element) =>
    !element.matches(ACTIVE) &&
    [...element.attributes].every(({ name, value }) => {
      if (/^(on|hx-|data-hx-|srcdoc$|srcset$|style$)/.test(name)) return false;
      return !LEADS.includes(name) || (URL.canParse(value, location.href) && WAYS.includes(new URL(value, location.href).protocol));
    });
  const isCalmBelow = (root) =>
    [...root.querySelectorAll("*")].every((element) => isCalm(element) && (!element.content || isCalmBelow(element.content)));

  let looking = false;
  window.trustedTypes.createPolicy("default", {
    createHTML(text) {
      if (looking) return text; // our own look at it: a document that nobody shows
      looking = true;
      try {
        return isCalmBelow(new DOMParser().parseFromString(text, "text/html")) ? text : null;
      } finally {
        looking = false;
      }
    },
  });
})();
