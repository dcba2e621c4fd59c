// A centre that misbehaves by the last two digits of the number written to. Each part it gets it prints as a line of
// JSON, as it understood it.
import { createRequire } from "node:module";
const smpp = createRequire(import.meta.url)("smpp");

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const seen = new Map(); // number → how often it was written to
let last = 0;

const receipt = (session, pdu, id, stat) => session.deliver_sm({
  source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
  short_message: `id:${id} sub:001 dlvrd:001 submit date:2611220900 done date:2611220901 stat:${stat} err:000 text:abc`,
});

const server = smpp.createServer({}, (session) => {
  session.on("error", () => {});
  session.on("bind_transceiver", (pdu) => {
    say({ bind: pdu.system_id });
    session.send(pdu.response(pdu.password === "secret" ? {} : { command_status: smpp.ESME_RINVPASWD }));
  });
  session.on("enquire_link", (pdu) => { say({ alive: true }); session.send(pdu.response()); });
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); });
  session.on("deliver_sm_resp", (pdu) => say({ receipt_status: pdu.command_status }));
  session.on("submit_sm", (pdu) => {
    const to = pdu.destination_addr, kind = to.slice(-2), times = (seen.get(to) || 0) + 1, id = `m${++last}`;
    seen.set(to, times);
    const udh = pdu.short_message.udh ? pdu.short_message.udh.map((e) => e.toString("hex")) : [];
    say({ to, from: pdu.source_addr, ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, text: pdu.short_message.message, coding: pdu.data_coding, udh, registered: pdu.registered_delivery, validity: pdu.validity_period, reference: pdu.user_message_reference, times });
    const take = () => session.send(pdu.response({ message_id: id }));
    switch (kind) {
      case "01": // throttles
        if (times === 1) return session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
        break;
      case "02": // answers late, the receipt first
        receipt(session, pdu, id, "DELIVRD");
        return setTimeout(take, 800);
      case "03": // says everything twice
        take(); take();
        receipt(session, pdu, id, "DELIVRD");
        return receipt(session, pdu, id, "UNDELIV");
      case "04": // never answers the first time
        if (times === 1) return;
        break;
      case "05": // no such number
        return session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
      case "06": // the telephone was off
        take();
        return receipt(session, pdu, id, "EXPIRED");
      case "07": // hangs up
        if (times === 1) return session.destroy();
        break;
      case "08": // is still on its way
        take();
        return receipt(session, pdu, id, "ENROUTE");
      case "09": // a nack instead of an answer
        if (times === 1) return session.send(new smpp.PDU("generic_nack", { sequence_number: pdu.sequence_number, command_status: smpp.ESME_RSYSERR }));
    }
    take();
    setTimeout(() => receipt(session, pdu, id, "DELIVRD"), 50);
  });
});
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
process.stdin.on("end", () => process.exit(0)).resume();
