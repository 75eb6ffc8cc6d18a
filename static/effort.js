// Lets a worker solve the sum that the form carries. What is pressed before it is solved is sent as soon as it is.
"use strict";

(() => {
  // The page's policy of Trusted Types: a worker's program comes from the folder that holds this one, or from nowhere.
  const home = new URL(".", document.currentScript.src).href;
  const check = (url) => {
    if (!new URL(url, location.href).href.startsWith(home)) throw new TypeError("not a program of ours");
    return url;
  };
  const policy = window.trustedTypes?.createPolicy("effort", { createScriptURL: check });
  const own = (url) => (policy ? policy.createScriptURL(url) : check(url));

  const place = document.getElementById("effort");
  if (!place || !window.Worker || !window.isSecureContext || !crypto.subtle) return; // the page says what else can be done
  const form = place.closest("form");
  const answer = place.querySelector("[name=effort]");
  const said = place.querySelector("[data-said]");
  const without = place.querySelector("[data-without]");
  const challenge = JSON.parse(place.dataset.sum);
  const worker = new Worker(own(place.dataset.worker));
  let pressed = null;
  let told = -1;

  const hold = (event) => {
    if (answer.value) return;
    event.preventDefault();
    pressed = event.submitter;
    said.textContent = place.dataset.held;
  };
  const giveUp = () => {
    form.removeEventListener("submit", hold);
    said.textContent = "";
    without.hidden = false;
  };
  const progress = (share) => {
    if (pressed || Math.floor(share / 25) === told) return; // a quarter at a time: a screen reader reads each aloud
    told = Math.floor(share / 25);
    said.textContent = `${place.dataset.working} ${share}`;
  };

  form.addEventListener("submit", hold);
  without.hidden = true;
  worker.onerror = giveUp;
  worker.onmessage = ({ data }) => {
    if (!data.solution) return progress(data.share);
    answer.value = btoa(JSON.stringify({ challenge, solution: data.solution }));
    said.textContent = place.dataset.done;
    if (pressed) form.requestSubmit(pressed);
  };
  worker.postMessage({ sum: challenge.parameters, most: Number(place.dataset.most) });
})();
