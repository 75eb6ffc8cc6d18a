// Asks the officer's passkey. A button says what for: data-passkey is "create" or "get", and its question lies in the page
// (data-question names the element) or is fetched (data-from). A password field with data-passkey gets such a button beside it.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;

  // The device keeps it, so that it opens the desk without a name or a password.
  const kept = { residentKey: "required", requireResidentKey: true };
  const ask = {
    create({ authenticatorSelection, ...question }) {
      const wanted = { ...question, authenticatorSelection: { ...authenticatorSelection, ...kept } };
      return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) });
    },
    get: (question) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) }),
  };

  async function questionOf({ question, from }) {
    if (question) return JSON.parse(document.getElementById(question).textContent);
    const answer = await fetch(from, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  async function answered(button, field) {
    const { creation_options: create, request_options: get } = await questionOf(button.dataset);
    const credential = await (create ? ask.create(create.publicKey) : ask.get(get.publicKey));
    field.value = JSON.stringify(credential.toJSON());
  }

  function place(button, words, kind) {
    const said = document.createElement("p");
    said.className = kind;
    said.setAttribute("role", "status");
    said.textContent = words;
    button.parentNode.querySelector("[role=status]")?.remove();
    button.before(said);
  }

  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await answered(button, button.form.elements.credential);
        button.form.submit();
      } catch {
        place(button, button.dataset.failed, "error");
      }
    });
  }

  for (const password of document.querySelectorAll("input[data-passkey]")) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "credential" });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "second", textContent: password.dataset.says });
    button.dataset.from = password.dataset.passkey;
    password.after(button, field);
    button.addEventListener("click", async () => {
      try {
        await answered(button, field);
        password.required = false;
        place(button, password.dataset.done, "hint");
      } catch {
        place(button, password.dataset.failed, "error");
      }
    });
  }
})();
