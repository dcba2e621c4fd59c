package house

import (
	"context"
	"sync"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/web/landing"
)

// Sample is a person of a demo: anyone may sign in as them.
type Sample = landing.Sample

// samplePassword is no secret: a demo shows it on its first page.
const samplePassword = "tereze-demo-2026"

// sampleNames are invented; each stands for nobody.
func sampleNames(portal string) map[identity.Role]string {
	if portal == "kg" {
		return map[identity.Role]string{
			identity.User: "Айгүл Сыдыкова", identity.Operator: "Бакыт Өмүров", identity.Owner: "Назгүл Эсенова", identity.Auditor: "Тилек Жээнбеков",
		}
	}
	return map[identity.Role]string{
		identity.User: "Әсел Қуанышқызы", identity.Operator: "Ерлан Түсіпов", identity.Owner: "Гүлнәр Иманғали", identity.Auditor: "Нұржан Әбдіқадыр",
	}
}

// people makes the sample people of every portal, where they are not there yet.
func (h *House) people(ctx context.Context) ([]Sample, error) {
	var samples []Sample
	for _, p := range h.Agreements.Portals() {
		names := sampleNames(p.Name)
		for _, role := range []identity.Role{identity.User, identity.Operator, identity.Owner, identity.Auditor} {
			samples = append(samples, Sample{Portal: p.Name, Role: role, Name: sampleSignIn(role), Shown: names[role], Password: samplePassword})
		}
	}
	var wait sync.WaitGroup
	failed := make([]error, len(samples))
	for i, s := range samples {
		wait.Go(func() { failed[i] = h.sample(ctx, s) })
	}
	wait.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	for _, p := range h.Agreements.Portals() {
		further, err := h.school(ctx, p.Name)
		if err != nil {
			return nil, err
		}
		samples = append(samples, further...)
	}
	return samples, nil
}

func sampleSignIn(role identity.Role) string {
	if role == identity.User {
		return "sample"
	}
	return string(role)
}

func (h *House) sample(ctx context.Context, s Sample) error {
	p, _ := h.Agreements.Portal(s.Portal)
	r := account.Registration{Portal: s.Portal, SignInName: s.Name, Shown: s.Shown, Password: s.Password, Again: s.Password, Language: p.Languages[0], KeyEndsAt: h.Clock.Now().AddDate(10, 0, 0)}
	if s.Role != identity.User {
		r.Roles = []identity.Role{s.Role}
	}
	_, err := h.Accounts.Register(ctx, r)
	if fault.Is(err, fault.Conflict) {
		return nil // a demo on a database that was kept
	}
	return err
}
