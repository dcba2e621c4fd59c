// The end of a session that nothing is done in: a warning before it, and a page
// that stays as it is after it, so that what was typed is not lost. Loaded only
// where somebody is signed in; the server ends the session with or without it.
const box = document.querySelector('[data-module="tz-idle"]');
const part = (name) => box.querySelector(`[data-idle="${name}"]`);
const after = box.dataset.after * 1000;
const warn = box.dataset.warn * 1000;
const tabs = new BroadcastChannel(`tereze-idle ${box.dataset.ping}`);
let end = Date.now() + after;
let asked = Date.now();
let over = false;

const time = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
};

// goOn begins the time anew: this tab or another has been heard by the server.
const goOn = () => {
  end = Date.now() + after;
  over = false;
  part("left").hidden = false;
  part("ended").hidden = true;
  if (box.open) box.close();
};

const finish = () => {
  over = true;
  part("left").hidden = true;
  part("ended").hidden = false;
  if (!box.open) box.showModal();
};

// ask tells the server that somebody is here, and hears whether the session still lives.
const ask = async () => {
  asked = Date.now();
  try {
    const answer = await fetch(box.dataset.ping, { redirect: "manual", cache: "no-store" });
    if (answer.status !== 204) return finish();
    goOn();
    tabs.postMessage("here");
  } catch {
    // The network is away: the time goes on.
  }
};

tabs.onmessage = goOn;
tabs.postMessage("here"); // this page has just been served
for (const b of box.querySelectorAll("button")) b.addEventListener("click", ask);
// Escape must not hide a warning for good: it means to stay.
box.addEventListener("cancel", (e) => { e.preventDefault(); ask(); });
// Somebody who writes is there, though the server hears nothing of it.
document.addEventListener("input", () => { if (!over && Date.now() - asked > Math.min(60000, after / 4)) ask(); });

const tick = () => {
  if (over) return;
  const left = end - Date.now();
  if (left <= 0) return finish(); // asking would prolong what nobody uses
  if (left > warn) return;
  const clock = part("clock");
  clock.textContent = clock.dataset.text.replace("{time}", time(left));
  if (!box.open) box.showModal();
};
setInterval(tick, 1000);
