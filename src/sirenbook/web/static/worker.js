// Shows pages that this browser kept while there is no network, and says so; keeps nothing after a logout.
'use strict';
const POLICY = '{policy}', LONGEST = 24 * 3600e3;
const two = n => String(n).padStart(2, '0');
const kept = async () => (await caches.keys()).filter(name => name.startsWith('kept-'));
const forget = async () => { for (const name of await kept()) await caches.delete(name); };
const page = (text, status) => new Response(text, {status, headers: {
  'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store'}});
const words = (title, text) => page(`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}</title></head><body><main id="offline"><h1>${title}</h1><p>${text}</p>
<p><a href="/">All incidents</a></p></main></body></html>`, 503);

addEventListener('install', e => {
  skipWaiting();
  // What pages ask in place goes straight to the network: waking this worker first would only cost time.
  e.addRoutes?.({condition: {requestMode: 'cors'}, source: 'network'});
});
addEventListener('activate', e => e.waitUntil(clients.claim()));
addEventListener('fetch', e => {
  const to = new URL(e.request.url);
  if (to.origin !== location.origin) return;
  if (to.pathname.startsWith('/static/')) e.respondWith(file(e.request));
  else if (e.request.mode === 'navigate') e.respondWith(visit(e.request, to.pathname));
});
const file = async request => {
  const shell = await caches.open('shell'), found = await shell.match(request);
  if (found) return found;
  const answer = await fetch(request), name = url => url.replace(/\.[0-9a-f]{12}\./, '.');
  for (const {url} of await shell.keys()) if (name(url) === name(request.url)) await shell.delete(url);
  if (answer.ok) await shell.put(request, answer.clone());
  return answer;
};

const visit = async (request, path) => {
  if (path === '/logout') await forget();
  try {
    const answer = await fetch(request);
    // Whoever is asked to log in is nobody yet: what somebody else kept here is not for them.
    if (/^\/(login|welcome)\b/.test(path)) await forget();
    return answer;
  } catch {
    if (request.method !== 'GET') {
      return words('Not sent', 'There is no network. Nothing was done, and nothing will be done later: try again.');
    }
    return await last(path) || words('Offline', 'There is no network, and this page was not kept on this device.');
  }
};

const last = async path => {
  for (const name of await kept()) {
    const found = await (await caches.open(name)).match(path);
    const at = new Date(Number(found?.headers.get('Kept')));
    if (found && Date.now() - at < LONGEST) return page(marked(await found.text(), at), 200);
  }
};
const marked = (text, at) => {
  const today = at.toDateString() === new Date().toDateString();
  const when = `${today ? '' : at.toDateString() + ', '}${two(at.getHours())}:${two(at.getMinutes())}`;
  const banner = `<p id="offline" role="status"><b>As of ${when}, offline.</b> Nothing can be sent from here.</p>`;
  return text.replace(/<body[^>]*>/, body => body + banner).replaceAll('<form ', '<form inert ');
};
