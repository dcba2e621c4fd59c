// One script for all portals: GOV.UK Frontend's behaviour and four small
// helps of our own. Every page works without it.
import {
  Button, Checkboxes, ErrorSummary, FileUpload, NotificationBanner,
  PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs, createAll,
} from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

const quiet = { onError: () => {} };
for (const C of [Button, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs]) {
  createAll(C, undefined, quiet);
}

// The comma hidden in the upload button parts what is seen from what is said
// (WCAG 2.5.3): a person who speaks the visible words must reach the button.
for (const c of document.querySelectorAll(".govuk-file-upload-button > .govuk-visually-hidden")) c.replaceWith(" ");

const all = (name) => document.querySelectorAll(`[data-module="${name}"]`);

// Print: the button appears only where it can do something.
for (const b of all("tz-print")) {
  b.hidden = false;
  b.addEventListener("click", () => window.print());
}

// Copy: the browser offers the clipboard on secure pages only.
if (navigator.clipboard) {
  for (const b of all("tz-copy")) {
    b.hidden = false;
    b.addEventListener("click", async () => {
      await navigator.clipboard.writeText(b.dataset.copy);
      const before = b.innerHTML;
      b.setAttribute("aria-live", "polite");
      b.textContent = b.dataset.copied;
      setTimeout(() => { b.innerHTML = before; }, 2000);
    });
  }
}

// A wide table is a stop for the keyboard only while there is something to scroll.
const fit = () => {
  for (const s of document.querySelectorAll(".tz-scroll")) {
    if (s.scrollWidth > s.clientWidth) s.tabIndex = 0;
    else s.removeAttribute("tabindex");
  }
};
fit();
addEventListener("resize", fit);

// Busy: while a form is being answered, a sign says so. A page that is shown again has been answered.
for (const sign of all("tz-busy")) {
  addEventListener("submit", (e) => { if (!e.defaultPrevented) sign.hidden = false; });
  addEventListener("pageshow", () => { sign.hidden = true; });
}

// Progress: ask the same page again, ever more patiently, and put its block in
// the place of ours until it says that it has finished.
const follow = async (id, wait) => {
  await new Promise((r) => setTimeout(r, wait));
  const now = document.getElementById(id);
  if (!now || !now.dataset.url) return;
  try {
    const answer = await fetch(now.dataset.url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById(id);
    if (!answer.ok || !next) return location.assign(now.dataset.url);
    if (!next.dataset.module) return location.assign(now.dataset.url);
    for (const part of [".tz-progress__bar", ".tz-progress__text"]) {
      const a = now.querySelector(part);
      const b = next.querySelector(part);
      if (a.tagName === "PROGRESS") { if (b.hasAttribute("value")) { a.max = b.max; a.value = b.value; } }
      else if (a.textContent !== b.textContent) a.textContent = b.textContent;
    }
  } catch {
    // The network is away: ask again later.
  }
  follow(id, Math.min(wait * 1.3, 15000));
};
for (const p of all("tz-progress")) follow(p.id, 2000);
