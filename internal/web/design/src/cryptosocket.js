// Signs with an identity card through CryptoSocket, the middleware of Gamma Technologies that runs on the
// person's own machine. Loaded only on the page that signs with a card: only its policy lets it through.
//
//   <div data-module="tz-card" data-key="licence of this portal's address" data-plugin="citiz-kg" data-wait="120">
//     <input type="hidden" data-sign="document" value="ASCII text">
//     <input type="hidden" data-sign="answer" name="signature">
//     <div data-sign="asked" hidden> <input data-sign="pin" type="password"> </div>   no name: it is never submitted
//     start, stop, said and the templates of the states, as signing.js has them
//
// The states: connecting, permission, reading, signing, sending; pin_missing, pin, pin_2, pin_1 (how often the PIN may
// still be wrong at most), locked, no_card, no_key, licence; not_running, denied, closed, silent, cancelled,
// failed, unreadable, late.
//
// The page asks for the PIN and hands it to the middleware: that is how the middleware wants it. It leaves the page in
// no other way, and the field is emptied at once.
import { begin, Stop } from "./signing.js";

const address = "wss://127.0.0.1:6127/tumarcsp/";
const patience = { connect: 15_000, permission: 120_000, answer: 30_000 };
const mostWrong = 3; // PINs in a row, after which a card locks

// Codes come as numbers or strings, with a sign or without: those of Windows, and the middleware's own.
const states = new Map([
  [10001, "licence"],
  [0x80090010, "pin"], [0x8010006b, "pin"],
  [0x8010006c, "locked"],
  [0x80090011, "no_card"], [0x8010000c, "no_card"], [0x80100069, "no_card"], [0x8010002e, "no_card"],
]);

const refusal = (answer) => {
  const detail = [answer.code, answer.error].filter((x) => x !== undefined && x !== "").join(": ").slice(0, 300);
  return new Stop(states.get(Number(answer.code) >>> 0) ?? "failed", detail);
};

const connect = ({ prompted, signal }) => new Promise((done, stop) => {
  const socket = new WebSocket(address);
  const end = (state) => {
    clearTimeout(clock);
    socket.onopen = socket.onerror = socket.onclose = null;
    socket.close();
    stop(new Stop(state));
  };
  const clock = setTimeout(() => end("not_running"), prompted ? patience.permission : patience.connect);
  if (signal.aborted) return end("cancelled");
  signal.addEventListener("abort", () => end("cancelled"), { once: true });
  socket.onopen = () => {
    clearTimeout(clock);
    done(socket);
  };
  socket.onerror = socket.onclose = () => end("not_running");
});

// call sends one request and gives its answer. Requests have numbers; an answer without one is to the last, and one to
// another is passed over.
const call = (socket, { signal }, family, name, param, wait = patience.answer) => new Promise((done, stop) => {
  const id = crypto.randomUUID();
  const end = (finish, value) => {
    clearTimeout(clock);
    socket.onmessage = socket.onerror = socket.onclose = null;
    finish(value);
  };
  const clock = setTimeout(() => end(stop, new Stop(name === "SetAPIKey" ? "silent" : "late")), wait);
  if (signal.aborted) return end(stop, new Stop("cancelled"));
  signal.addEventListener("abort", () => end(stop, new Stop("cancelled")), { once: true });
  socket.onerror = socket.onclose = () => end(stop, new Stop("closed"));
  socket.onmessage = ({ data }) => {
    let answer;
    try {
      answer = JSON.parse(data);
    } catch {
      return end(stop, new Stop("unreadable"));
    }
    if (answer === null || typeof answer !== "object") return end(stop, new Stop("unreadable"));
    const echoed = answer.id ?? answer.Param?.id;
    if (echoed !== undefined && echoed !== id) return;
    if (answer.result === "true" || answer.result === true) return end(done, answer);
    if (answer.result === "false" || answer.result === false) return end(stop, refusal(answer));
    end(stop, new Stop("unreadable"));
  };
  socket.send(JSON.stringify({ TumarCSP: family, Function: name, Param: { ...param, id } }));
});

// keyOf finds the card's key in the answer of LoadKeyFromTokens: its members certificate0, certificate1 and so on, or those
// of its response.
const keyOf = (answer) => {
  for (const holder of [answer, answer.response]) {
    if (holder === null || typeof holder !== "object") continue;
    for (const [name, key] of Object.entries(holder)) {
      if (!name.startsWith("certificate") || key === null || typeof key !== "object") continue;
      const sn = key.serialNumber ?? key.serialNum;
      if (typeof key.profile === "string" && typeof sn === "string") return { profile: key.profile, sn };
    }
  }
  throw new Stop("no_key");
};

const sign = async (run, { key, plugin, wait }, document, pass) => {
  const socket = await connect(run);
  try {
    await call(socket, run, "SYSAPI", "SetAPIKey", { apiKey: key });
    run.say("reading");
    const found = keyOf(await call(socket, run, "BaseAPI", "LoadKeyFromTokens", { plugin_name: plugin, pass }, wait * 1000));
    run.say("signing");
    const answer = await call(socket, run, "BaseAPI", "Sign",
      { ...found, pass, data: document, detach: false, isConvert: false, isCert: true, hashType: 2 }, wait * 1000);
    const signed = answer.pkcs7 ?? answer.response?.pkcs7 ?? answer.response;
    if (typeof signed !== "string" || !signed.trim()) throw new Stop("unreadable");
    return signed.replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, "").replace(/\s+/g, "");
  } finally {
    socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close();
  }
};

for (const box of document.querySelectorAll('[data-module="tz-card"]')) {
  const [field] = box.querySelectorAll('[data-sign="pin"]');
  let wrong = 0;
  begin(box, async (run) => {
    const pass = field.value;
    field.value = "";
    if (!pass) {
      field.focus();
      throw new Stop("pin_missing");
    }
    try {
      const signed = await sign(run, box.dataset, run.parts("document")[0].value, pass);
      wrong = 0;
      return [signed];
    } catch (e) {
      if (e.state !== "pin") throw e;
      wrong += 1;
      field.focus();
      const left = mostWrong - wrong;
      throw new Stop(left > 0 ? `pin_${left}` : "pin", e.detail);
    }
  });
  field.addEventListener("keydown", (e) => {
    if (e.key !== "Enter") return;
    e.preventDefault(); // the form is sent with a signature, never without
    box.querySelector('[data-sign="start"]').click();
  });
  box.querySelector('[data-sign="asked"]').hidden = false;
}
