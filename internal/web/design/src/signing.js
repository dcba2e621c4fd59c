// What the scripts of signing programs have in common: a box with a button that starts, one that stops, and a
// place where the state is said. There are no words in here: every state has a template in the box, and ends
// with Stop. The scripts say which parts a box has.

// Stop ends an attempt in a state that the person is told about.
export class Stop extends Error {
  constructor(state, detail = "") {
    super(state);
    this.state = state;
    this.detail = detail;
  }
}

// permission is what the browser says of connections to the person's own machine: "granted", "prompt",
// "denied", or "" where it does not ask. Its name has changed between browsers.
export const permission = async () => {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      return (await navigator.permissions.query({ name })).state;
    } catch {
      // This browser does not know the name.
    }
  }
  return "";
};

// begin makes a box of a page sign: make asks a program, given the parts of the box, whether the browser will ask the
// person first, a signal that ends the waiting, and say; it gives one answer for each document.
export const begin = (box, make) => {
  const parts = (name) => [...box.querySelectorAll(`[data-sign="${name}"]`)];
  const [start] = parts("start");
  const [halt] = parts("stop");
  const [said] = parts("said");
  const form = box.closest("form");
  let running = null;

  const say = (state, detail = "") => {
    const words = box.querySelector(`template[data-state="${state}"]`).content.cloneNode(true);
    for (const e of words.querySelectorAll('[data-sign="detail"]')) {
      e.textContent = detail;
      e.hidden = !detail;
    }
    said.replaceChildren(words);
    said.dataset.state = state;
  };

  const sign = async () => {
    const allowed = await permission();
    if (allowed === "denied") throw new Stop("denied");
    const prompted = allowed === "prompt";
    say(prompted ? "permission" : "connecting");
    try {
      return await make({ parts, prompted, signal: running.signal, say });
    } catch (e) {
      // A browser that forbids the connection tells the page no more than that it failed.
      if (e.state === "not_running" && (await permission()) === "denied") throw new Stop("denied");
      throw e;
    }
  };

  const busy = (on) => {
    box.setAttribute("aria-busy", String(on));
    start.setAttribute("aria-disabled", String(on)); // it keeps the focus, unlike a disabled button
    halt.hidden = !on;
  };

  start.addEventListener("click", async () => {
    if (running) return; // one request at a time
    running = new AbortController();
    busy(true);
    say("connecting");
    try {
      const all = await sign();
      if (running.signal.aborted) throw new Stop("cancelled");
      parts("answer").forEach((field, i) => { field.value = all[i]; });
      halt.hidden = true;
      say("sending");
      form.requestSubmit(); // the page goes; nothing can be pressed again
    } catch (e) {
      running = null;
      busy(false);
      if (halt === document.activeElement) start.focus();
      say(e.state ?? "unreadable", e.detail);
    }
  });
  halt.addEventListener("click", () => {
    running?.abort();
    start.focus();
  });
  // Somebody who comes back with the browser's own button finds the page as it was.
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    running = null;
    busy(false);
    said.replaceChildren();
  });
  start.hidden = false;
};
