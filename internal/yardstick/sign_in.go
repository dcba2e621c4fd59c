package yardstick

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// perCore is how many people sign in at once for each core: enough that none is ever idle, few
// enough that nobody is asked to come again.
const perCore = 4

// openSignIn prepares people who sign in, and the password hash alone at the same cost, one at a
// time on each core: no program could let people in faster.
func openSignIn(ctx context.Context, _ Config, dir string) ([]work, func() error, error) {
	h, err := openHouse(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	cores := runtime.GOMAXPROCS(0)
	in, err := signer(ctx, h, perCore*cores)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; %w", err, h.Close())
	}
	alone, err := hashAlone(ctx, h)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; %w", err, h.Close())
	}
	return []work{{
		name: fmt.Sprintf("password sign-in, %d people at once", perCore*cores), yardstick: "argon2id alone, all cores", unit: "sign-ins/s",
		target: Target{Least: 0.90}, slice: 2 * time.Second, // a hash takes long: a second holds too few of them
		ours:   func(ctx context.Context, d time.Duration) (float64, error) { return crowd(ctx, perCore*cores, d, in) },
		theirs: func(ctx context.Context, d time.Duration) (float64, error) { return crowd(ctx, cores, d, alone) },
	}}, h.Close, nil
}

// signer gives the act of the sign-in page: look up, check, session, what signing in accepts,
// evidence.
func signer(ctx context.Context, h *house.House, n int) (func(context.Context, int) error, error) {
	seen, how, err := offered(ctx, h)
	if err != nil {
		return nil, err
	}
	actors, err := people(ctx, h, n)
	if err != nil {
		return nil, err
	}
	for _, actor := range actors {
		if _, err := h.Agreements.Accept(ctx, actor, how, seen, "127.0.0.1"); err != nil {
			return nil, err
		}
	}
	within := func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
		return h.Agreements.SignedIn(ctx, tx.(*store.Tx), actor, seen, "127.0.0.1")
	}
	return func(ctx context.Context, who int) error {
		_, err := h.Accounts.SignIn(ctx, account.SignIn{
			Portal: portal, SignInName: actors[who].Name, Password: password, Address: "127.0.0.1", Agent: "tereze bench", Language: "kk", Within: within,
		})
		return err
	}, nil
}

// hashAlone gives the yardstick. The cost is read from a hash of the house, so that the two cannot
// come to differ.
func hashAlone(ctx context.Context, h *house.House) (func(context.Context, int) error, error) {
	hash, err := h.Accounts.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$", &version, &memory, &passes, &lanes); err != nil {
		return nil, fmt.Errorf("cost of %q: %w", hash, err)
	}
	salt := make([]byte, 16)
	return func(context.Context, int) error {
		if key := argon2.IDKey([]byte(password), salt, passes, memory, lanes, 32); len(key) != 32 {
			return fmt.Errorf("a key of %d bytes", len(key))
		}
		return nil
	}, nil
}
