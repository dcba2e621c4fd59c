// Lets the browser ask a device for a passkey and sends its answer as a form. Loaded only on the pages
// that ask for one. The browser shows its own windows; nothing of the passkey itself comes here.
const form = document.querySelector('[data-module="tz-passkey"]');
const part = (name) => form.querySelector(`[data-passkey="${name}"]`);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

const make = async (options) => {
  const made = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  } });
  const { response } = made;
  return { made, response: {
    clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject),
    transports: response.getTransports ? response.getTransports() : [],
  } };
};

const use = async (options) => {
  const made = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials),
  } });
  const { response } = made;
  return { made, response: {
    clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData),
    signature: text(response.signature), userHandle: response.userHandle ? text(response.userHandle) : undefined,
  } };
};

const show = (name) => { for (const p of ["wait", "failed", "there"]) part(p).hidden = p !== name; };

const start = async () => {
  show("wait");
  part("start").disabled = true;
  try {
    const options = JSON.parse(form.dataset.options).publicKey;
    const { made, response } = await (form.dataset.act === "make" ? make : use)(options);
    form.elements.answer.value = JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
    form.submit();
  } catch (e) {
    // InvalidStateError: the device holds a passkey of this account already. All else is one answer,
    // since the browser does not tell a page why.
    show(e.name === "InvalidStateError" ? "there" : "failed");
    part("start").disabled = false;
    part("start").focus();
  }
};

part("plain").hidden = true;
if (window.PublicKeyCredential) {
  part("ready").hidden = false;
  part("start").addEventListener("click", start);
  if (form.dataset.auto === "true") start();
} else {
  part("unable").hidden = false;
}
