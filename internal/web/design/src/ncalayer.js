// Signs with NCALayer, the signing program of Kazakhstan's National Certification Authority, which
// runs on the person's own machine. Loaded only on pages that sign: only their policy lets it through.
//
// What a page gives (the component Signing of package design draws all of it):
//
//   <form method="post" enctype="multipart/form-data">        the form that takes the signature
//     <div data-module="tz-sign"
//          data-format="cms|xml"          what to make
//          data-encapsulate="true|false"  cms only: whether the document is enclosed
//          data-iin, data-bin             only the key of this person, of this organisation; may be empty
//          data-usages                    extended key usages that the certificate must have, parted by spaces
//          data-chain="any"               take certificates of other authorities than NCALayer's own: demonstrations only
//          data-locale="kk|ru"            of the program's windows
//          data-wait="300">               seconds to wait for the person
//       <input type="hidden" data-sign="document" value="base64">   or data-from="/address" in place of the value
//       <input type="hidden" data-sign="answer" name="signature">   one for each document, in the same order
//       <button type="button" data-sign="start" hidden>
//       <button type="button" data-sign="stop" hidden>
//       <div data-sign="said" role="status"></div>
//       <template data-state="…"> one for each state below: what the person reads then </template>
//
// When all is signed, each answer holds a signature (cms: base64 of DER, without armour; xml: the signed
// document) and the form is submitted. There are no words in here: every state has a template.
//
//   connecting, permission (the browser asks first), waiting, slow, sending;
//   not_running, denied (the browser forbids it), closed (the connection ended: an old NCALayer), silent,
//   cancelled, failed, unreadable, late, document (what to sign could not be fetched).
import { begin, Stop } from "./signing.js";

const address = "wss://127.0.0.1:13579/";
const patience = { connect: 15_000, permission: 120_000, greet: 10_000, slow: 20_000 };

const encode = (bytes) => {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
};
const decode = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

// load gives the document of a field in base64.
const load = async (field) => {
  if (!field.dataset.from) return field.value;
  try {
    const answer = await fetch(field.dataset.from, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Stop("document");
    return encode(new Uint8Array(await answer.arrayBuffer()));
  } catch {
    throw new Stop("document");
  }
};

// question is the one request that is sent.
const question = ({ format, encapsulate, iin, bin, usages, chain, locale }, documents) => {
  const xml = format === "xml";
  const data = xml ? documents.map((d) => new TextDecoder("utf-8", { fatal: true }).decode(decode(d))) : documents;
  const signerParams = { extKeyUsageOids: usages ? usages.split(" ") : [] };
  if (iin) signerParams.iin = iin;
  if (bin) signerParams.bin = bin;
  if (chain === "any") signerParams.chain = [];
  return {
    module: "kz.gov.pki.knca.basics",
    method: "sign",
    args: {
      allowedStorages: null,
      format: xml ? "xml" : "cms",
      data: data.length === 1 ? data[0] : data,
      signingParams: xml ? {} : { decode: true, encapsulate: encapsulate !== "false", digested: false },
      signerParams,
      locale,
    },
  };
};

// signatures reads an answer: of today's NCALayer, where the result is a list, of older ones, where it is
// one string, and the forms in which either refuses.
const signatures = (text, format, count) => {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Stop("unreadable");
  }
  if (answer === null || typeof answer !== "object") throw new Stop("unreadable");
  let result;
  if (answer.status === true) {
    result = answer.body?.result;
    if (result === undefined || result === null) throw new Stop("cancelled");
  } else if (String(answer.code) === "200") {
    result = answer.responseObject;
  } else if (answer.message === "action.canceled") {
    throw new Stop("cancelled");
  } else if (answer.status === false || answer.success === false || answer.code !== undefined) {
    throw new Stop("failed", [answer.code, answer.details ?? answer.message].filter(Boolean).join(": ").slice(0, 300));
  }
  const all = typeof result === "string" ? [result] : result;
  if (!Array.isArray(all) || all.length !== count || !all.every((s) => typeof s === "string" && s.trim())) throw new Stop("unreadable");
  return all.map((s) => (format === "xml" ? s : s.replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, "").replace(/\s+/g, "")));
};

// isGreeting tells the frame that NCALayer sends by itself from an answer.
const isGreeting = (text) => {
  try {
    return typeof JSON.parse(text).result?.version === "string";
  } catch {
    return false;
  }
};

// ask opens a connection, swallows the greeting, sends one request and waits for its answer. There are no
// numbers on requests, so a connection serves one and is closed. It ends with Stop, and by signal.
const ask = (request, { wait, prompted, signal, say }) => new Promise((done, stop) => {
  const socket = new WebSocket(address);
  let stage = "connect"; // then "greet", "answer"
  let clock;
  let hint;
  const end = (finish, value) => {
    clearTimeout(clock);
    clearTimeout(hint);
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close();
    finish(value);
  };
  const limit = (ms, state) => {
    clearTimeout(clock);
    clock = setTimeout(() => end(stop, new Stop(state)), ms);
  };
  if (signal.aborted) return end(stop, new Stop("cancelled"));
  signal.addEventListener("abort", () => end(stop, new Stop("cancelled")), { once: true });
  limit(prompted ? patience.permission : patience.connect, "not_running");
  socket.onopen = () => {
    stage = "greet";
    limit(patience.greet, "silent");
  };
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return end(stop, new Stop("unreadable"));
    if (stage === "answer") return end(done, data);
    if (!isGreeting(data)) return end(stop, new Stop("unreadable"));
    stage = "answer";
    socket.send(JSON.stringify(request));
    say("waiting");
    limit(wait, "late");
    hint = setTimeout(() => say("slow"), patience.slow);
  };
  socket.onerror = socket.onclose = () => end(stop, new Stop(stage === "connect" ? "not_running" : "closed"));
});

for (const box of document.querySelectorAll('[data-module="tz-sign"]')) {
  begin(box, async ({ parts, prompted, signal, say }) => {
    const documents = await Promise.all(parts("document").map(load));
    const text = await ask(question(box.dataset, documents), { wait: box.dataset.wait * 1000, prompted, signal, say });
    return signatures(text, box.dataset.format, documents.length);
  });
}
