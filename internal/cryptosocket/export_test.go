package cryptosocket

// Answer gives the reply to one request, without a socket.
func Answer(p *Program, text []byte, licensed bool) []byte { return p.answer(text, &licensed) }
