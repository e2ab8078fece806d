// Makes a passkey, or logs in by one: asks the server what to prove, the device to prove it, and submits the form.
'use strict';
(() => {
const form = document.querySelector('#passkey');
if (!form || !window.PublicKeyCredential || !window.isSecureContext) return;
form.hidden = false;
const words = form.querySelector('[role=status]'), button = form.querySelector('button');
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const text = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const ready = asked => {
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const key of asked.excludeCredentials || []) key.id = bytes(key.id);
  return {publicKey: asked};
};
const told = made => {
  const response = {clientDataJSON: text(made.response.clientDataJSON)};
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (made.response[part]) response[part] = text(made.response[part]);
  return JSON.stringify({id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {}});
};
form.addEventListener('submit', async event => {
  event.preventDefault();
  button.disabled = true;
  words.textContent = '';
  try {
    const answer = await fetch(form.dataset.begin, {method: 'POST', body: new URLSearchParams(new FormData(form))});
    if (!answer.ok) throw new Error('The server asks for no passkey now; load the page again.');
    const asked = ready((await answer.json()).publicKey);
    const made = await (asked.publicKey.user ? navigator.credentials.create(asked) : navigator.credentials.get(asked));
    form.elements.answer.value = told(made);
    form.submit();
  } catch (error) {
    words.textContent = error.message;
    button.disabled = false;
  }
});
})();
