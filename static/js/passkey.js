"use strict";
// Asks the device for a passkey. A form of its own is sent then; a part of a form keeps the answer until the form is sent.
{ // a page may ask for this file twice
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = async (part) => {
    const asked = await fetch(part.dataset.options, { headers: { accept: "application/json" } });
    if (!asked.ok) throw new Error("no options");
    const publicKey = await asked.json();
    publicKey.challenge = toBytes(publicKey.challenge);
    (publicKey.excludeCredentials || []).forEach((known) => { known.id = toBytes(known.id); });
    if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
    return part.dataset.passkey === "create" ?
      navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
  };
  const written = (made) => {
    const response = { clientDataJSON: toText(made.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach((name) => {
      if (made.response[name]) response[name] = toText(made.response[name]);
    });
    return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
  };
  const sayIn = (part, name) => {
    part.querySelectorAll("[data-failed], [data-there], [data-proved]").forEach((one) => { one.hidden = true; });
    const sentence = name && part.querySelector(name);
    if (sentence) sentence.hidden = false;
  };
  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-passkey][hidden]").forEach((part) => {
      const form = part.closest("form");
      const button = part.querySelector("button");
      part.hidden = false;
      button.addEventListener("click", async (event) => { // the answer is sent, not the press
        event.preventDefault();
        sayIn(part, "");
        button.disabled = true;
        try {
          form.elements.passkey.value = written(await ask(part));
          if (part !== form) sayIn(part, "[data-proved]");
          else if (form.requestSubmit) form.requestSubmit();
          else form.submit();
        } catch (error) {
          sayIn(part, error.name === "InvalidStateError" ? "[data-there]" : "[data-failed]");
        }
        button.disabled = false;
      });
    });
    document.querySelectorAll("[data-without-passkey]").forEach((one) => { one.hidden = true; });
    document.querySelectorAll("[data-with-passkey]").forEach((one) => { one.hidden = false; });
  }
}
