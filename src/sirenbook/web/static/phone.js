// Lets this browser take pushes: asks its person, subscribes, and hands the subscription to the page's form.
'use strict';
(() => {
const button = document.querySelector('#subscribe'), words = document.querySelector('#subscribe-words');
if (!button) return;
const say = text => { words.textContent = text; };
if (!('serviceWorker' in navigator) || !('PushManager' in window)) {
  button.disabled = true;
  say('This browser takes no pushes here: it needs https, and on an iPhone the page on the home screen.');
  return;
}
const active = registration => new Promise(done => {
  const worker = registration.active || registration.waiting || registration.installing;
  if (worker.state === 'activated') { done(); return; }
  worker.addEventListener('statechange', () => worker.state === 'activated' && done());
});
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    if (await Notification.requestPermission() !== 'granted') throw new Error('Notifications are not allowed for this page.');
    const registration = await navigator.serviceWorker.register('/phone/worker.js', {scope: '/phone/'});
    await active(registration);
    const options = {userVisibleOnly: true, applicationServerKey: bytes(button.dataset.key)};
    const subscription = (await registration.pushManager.subscribe(options)).toJSON();
    const form = document.querySelector('#subscription');
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.key.value = subscription.keys.p256dh;
    form.elements.auth.value = subscription.keys.auth;
    form.submit();
  } catch (error) {
    say(error.message);
    button.disabled = false;
  }
});
})();
