// Lets the browser ask whether pop-up messages are wanted, and sends how it is reached as a form. Loaded only on the
// page that offers them.
const form = document.querySelector('[data-module="tz-push"]');
const part = (name) => form.querySelector(`[data-push="${name}"]`);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const show = (name) => { for (const p of ["wait", "denied", "failed"]) part(p).hidden = p !== name; };

const subscribe = async () => {
  const { key, worker, scope } = form.dataset;
  await navigator.serviceWorker.register(worker, { scope });
  const { pushManager } = await navigator.serviceWorker.getRegistration(scope);
  const old = await pushManager.getSubscription();
  // One made under another key cannot be written to any more.
  if (old && text(old.options.applicationServerKey) !== key) await old.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  show("wait");
  try {
    if (await Notification.requestPermission() !== "granted") { show("denied"); return; }
    const made = await subscribe();
    form.elements.endpoint.value = made.endpoint;
    form.elements.p256dh.value = text(made.getKey("p256dh"));
    form.elements.auth.value = text(made.getKey("auth"));
    form.submit();
  } catch {
    show("failed");
  }
});

part("plain").hidden = true;
part("serviceWorker" in navigator && "PushManager" in window && "Notification" in window ? "ready" : "unable").hidden = false;
