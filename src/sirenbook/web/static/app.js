// All of the page's own script. Pages work without it: it counts clocks, answers keys, and follows changes live.
'use strict';
(() => {
const doc = document, find = (s, root = doc) => root.querySelector(s);
const skew = Date.parse(doc.body.dataset.now) - (Number(doc.body.dataset.kept) || Date.now());

// <t-clock until|since="instant">: counts once a second, and fills the bar beside it.
class Clock extends HTMLElement {
  static observedAttributes = ['until', 'since'];
  attributeChangedCallback() { if (this.timer) this.draw(); }
  connectedCallback() { this.timer = setInterval(() => this.draw(), 1000); this.draw(); }
  disconnectedCallback() { clearInterval(this.timer); }
  draw() {
    const until = this.getAttribute('until'), now = Date.now() + skew;
    const left = Math.round(until ? (Date.parse(until) - now) / 1000 : (now - Date.parse(this.getAttribute('since'))) / 1000);
    const n = Math.abs(left), two = x => String(x).padStart(2, '0'), h = n / 3600 | 0;
    const text = (left < 0 && until ? '−' : '') + (h ? h + ':' + two(n % 3600 / 60 | 0) : two(n / 60 | 0)) + ':' + two(n % 60);
    if (this.textContent !== text) this.textContent = text;
    const bar = this.nextElementSibling;
    if (bar && bar.tagName === 'PROGRESS') bar.value = bar.max - Math.max(0, left);
  }
}
customElements.define('t-clock', Clock);

// A page as it was is only read; when the network is back, the page of now takes its place.
if (find('#offline')) {
  // A network is not yet our server: only its answer brings the page back, and takes nobody from where they went.
  const back = () => fetch('/health').then(a => a.ok && location.reload()).catch(() => 0);
  setInterval(back, 5000);
  addEventListener('online', back);
  return;
}

// On a phone the list of pages is wider than the screen: it begins at the page that is open.
find('.bar nav [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'center'});

// Keys: single ones, only outside of fields, and they can be switched off (WCAG 2.1.4).
const help = find('#keys'), on = find('#keys-on'), keysOff = () => localStorage.getItem('keys') === 'off';
if (on) {
  on.checked = !keysOff();
  on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'));
}
addEventListener('keydown', e => {
  if (e.defaultPrevented || e.metaKey || e.ctrlKey || e.altKey || help?.open) return;
  if (e.target.matches?.('textarea,select,input:not([type=checkbox])')) return;
  if (e.key === '?' && help) { e.preventDefault(); help.showModal(); return; }
  if (keysOff()) return;
  const target = find(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
  if (!target) return;
  e.preventDefault();
  target.focus();
  if (target.tagName !== 'INPUT') target.click();
});

// A link to a field opens the part that hides it.
const reveal = field => {
  for (let d = field.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  field.focus();
  field.scrollIntoView({block: 'center'});
};
doc.addEventListener('click', e => {
  const link = e.target.closest('a[href^="#"]'), field = link && doc.getElementById(link.hash.slice(1));
  if (field && /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName)) { e.preventDefault(); reveal(field); }
});

// What may be read offline is kept here, as it stands now; the worker shows it when there is no network.
const mine = doc.body.dataset.keep && window.caches && 'kept-' + doc.body.dataset.keep;
const put = async (path, html) => (await caches.open(mine)).put(path, new Response(html, {headers: {Kept: Date.now()}}));
const keep = () => {
  const copy = doc.documentElement.cloneNode(true), body = find('body', copy);
  body.dataset.now = new Date(Date.now() + skew).toISOString();
  body.dataset.kept = Date.now();
  const chip = find('#live', copy);
  if (chip) { chip.dataset.state = 'off'; chip.textContent = '○ not live'; }
  return put(location.pathname, '<!doctype html>' + copy.outerHTML);
};
const keepOthers = async () => {
  const store = await caches.open(mine), paths = [...doc.querySelectorAll('a[data-keeps]')].map(a => a.pathname);
  for (const {url} of await store.keys()) {
    const path = new URL(url).pathname;
    if (path.startsWith('/incidents/') && !paths.includes(path)) await store.delete(path);
  }
  for (const path of paths.slice(0, 10)) {
    const html = await (await fetch(path)).text();
    if (html.includes(`data-keep="${doc.body.dataset.keep}"`)) await put(path, html.replace('<body ', `<body data-kept="${Date.now()}" `));
  }
};
const begin = async () => {
  for (const name of await caches.keys()) if (name.startsWith('kept-') && name !== mine) await caches.delete(name);
  await keep();
  await navigator.serviceWorker.register('/worker.js');
  if (location.pathname === '/') await keepOthers();
};
// Whoever opens a page at night needs it first, and then what is for later.
if (mine && navigator.serviceWorker) setTimeout(() => begin().catch(() => 0), 2000);
else if (window.caches) caches.keys().then(names => names.forEach(async n => n.startsWith('kept-') && (await caches.open(n)).delete(location.pathname)));

const known = () => find('#known');
if (!known()) return;

// What the server answers in place are parts of the page by their ids. Only what differs is touched, so whatever else
// a person does here goes on. What is `data-own` stays this browser's: typed words, the state of its stream.
const fit = (old, now) => {
  if (old.nodeName !== now.nodeName || old.id !== now.id) old.replaceWith(owned(now));
  else if (old.nodeType !== 1) { if (old.data !== now.data) old.data = now.data; }
  else if (!('own' in old.dataset || old.isEqualNode(now))) {
    for (const {name} of [...old.attributes]) if (name !== 'open' && !now.hasAttribute(name)) old.removeAttribute(name);
    for (const {name, value} of now.attributes) if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.nodeName !== 'T-CLOCK') fitInside(old, now);
  }
};
const named = e => e.id || (e.nodeName === 'OPTION' ? e.value : '');
const fitInside = (old, now) => {
  const names = new Set([...now.children].map(named));
  for (const each of [...old.children]) if (named(each) && !names.has(named(each))) each.remove();
  let place = old.firstChild;
  for (const next of [...now.childNodes]) {
    const name = named(next), alike = place && !named(place) && place.nodeName === next.nodeName;
    const same = name ? [...old.children].find(e => named(e) === name) : alike && place;
    if (!same) { old.insertBefore(owned(next), place); continue; }
    if (same === place) place = place.nextSibling; else old.insertBefore(same, place);
    fit(same, next);
  }
  while (place) { const gone = place; place = place.nextSibling; gone.remove(); }
};
const owned = fresh => {
  const own = each => doc.getElementById(each.id) || each;
  for (const each of fresh.querySelectorAll?.('[data-own]') ?? []) each.replaceWith(own(each));
  return 'own' in (fresh.dataset ?? {}) ? own(fresh) : fresh;
};
let settling = 0;
const take = html => {
  const answer = doc.createElement('template'), focused = doc.activeElement;
  answer.innerHTML = html;
  for (const part of [...answer.content.children]) {
    const old = part.id && doc.getElementById(part.id);
    if (part.nodeName === 'TITLE') doc.title = part.textContent;
    else if (part.id === 'timeline') old.prepend(...[...part.children].filter(e => !doc.getElementById(e.id)));
    else if (old) fit(old, part);
  }
  if (focused !== doc.activeElement && focused.isConnected) focused.focus();
  clearTimeout(settling);
  if (mine) settling = setTimeout(keep, 1000);
};
const ask = async (path, more) => {
  const answer = await fetch(path, {...more, headers: {'In-Place': '1'}});
  if (answer.status === 401) location.assign('/login');
  return answer;
};

// What changed is asked for by what this page knows already; one question at a time.
let asking = false, again = false;
const lacking = async () => {
  const answer = await ask(known().dataset.live);
  if (!answer.ok) throw Error(answer.status);
  if (answer.status === 200) take(await answer.text());
};
const refresh = async () => {
  if (asking) { again = true; return; }
  asking = true;
  // A question that got no answer is asked again: the stream may have lived on while the network did not.
  do { again = false; await lacking().catch(() => setTimeout(refresh, 2000)); } while (again);
  asking = false;
};
doc.addEventListener('visibilitychange', () => doc.hidden || refresh());
addEventListener('online', refresh);

// A form that stays: it is sent, and what it changed comes as any other change does. The token that shows that a form
// is of this session stands in every form of the page; parts of it come without, and it is put in as they are sent.
const token = find('[name=form_token]')?.value;
for (const each of doc.querySelectorAll('[data-stays] > [name=form_token]')) each.remove();
const say = text => find('#notice')?.replaceChildren(text);
const send = async (form, body) => {
  const answer = await ask(form.getAttribute('action'), {method: 'POST', body});
  if (!answer.ok) return take(await answer.text());
  say('');
  form.reset();
  if ('closes' in form.dataset) form.closest('details').open = false;
  if (state !== 'on') refresh();
};
doc.addEventListener('submit', async e => {
  const form = e.target, body = new URLSearchParams(new FormData(form));
  if (!('stays' in form.dataset)) return;
  e.preventDefault();
  if ('sending' in form.dataset) return;
  body.set('form_token', token);
  if (e.submitter?.name) body.append(e.submitter.name, e.submitter.value);
  form.dataset.sending = '';
  await send(form, body).catch(() => say('Not sent: there is no connection. Nothing was done; try again.'));
  delete form.dataset.sending;
});

// One stream of changes per browser, not per tab: the tab that gets the lock holds it and tells the others.
const channel = new BroadcastChannel('live');
const show = state => {
  const chip = find('#live');
  if (chip) { chip.dataset.state = state; chip.textContent = state === 'on' ? '● live' : '○ reconnecting'; }
};
let state = 'off';
const hear = m => {
  if (m.state) { state = m.state; show(state); }
  if (m.names === undefined) return;
  const follows = known().dataset.follows, names = m.names.split(' ');
  if (follows === '*' || names.includes('*') || names.includes(follows)) refresh();
};
const tell = m => { channel.postMessage(m); hear(m); };
const lead = () => new Promise(() => {
  const stream = new EventSource('/events');
  stream.onmessage = e => tell({state: 'on', names: e.data});
  stream.onerror = () => tell({state: 'off'});
  channel.onmessage = e => e.data.ask ? tell({state: stream.readyState === 1 ? 'on' : 'off', names: '*'}) : hear(e.data);
});
channel.onmessage = e => e.data.ask || hear(e.data);
channel.postMessage({ask: true});
navigator.locks ? navigator.locks.request('live', lead) : lead();
})();
