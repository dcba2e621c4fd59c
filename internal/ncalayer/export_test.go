package ncalayer

import "context"

// Answer is answer, for the fuzzer.
func (p *Program) Answer(ctx context.Context, text []byte) ([]byte, bool) { return p.answer(ctx, text) }
