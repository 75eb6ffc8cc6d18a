"use strict";
/* Proposals by keyboard. The keys count only while a proposal has the focus; everything works without this too. */
(() => {
  const all = () => [...document.querySelectorAll(".proposal")];

  function stand(proposal) {
    if (!proposal) return;
    proposal.focus();
    proposal.scrollIntoView({ block: "center" });
  }

  document.addEventListener("keydown", (event) => {
    const here = document.activeElement && document.activeElement.closest(".proposal");
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const known = all(), at = known.indexOf(here);
    const deeds = {
      n: () => stand(known[at + 1]),
      p: () => stand(known[at - 1]),
      w: () => here.querySelector("button[name=withhold]")?.click(),
      k: () => here.querySelector("button[name=keep]")?.click(),
    };
    if (deeds[event.key]) {
      event.preventDefault();
      deeds[event.key]();
    }
  });

  stand(document.getElementById(location.hash.slice(1))?.closest(".proposal") || null);
})();
