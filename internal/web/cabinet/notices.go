package cabinet

import (
	"context"
	"net/http"
	"sync"
	"time"

	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Notice is something the person should know of on entering the cabinet; nil: there is nothing.
type Notice func(ctx context.Context, r *http.Request, v gate.Visit) (*design.NotificationBanner, error)

// notices asks for all of them, once a second for a session: the first page of the cabinet is the
// one that is opened most.
func (s *Cabinet) notices(r *http.Request, v gate.Visit) ([]design.NotificationBanner, error) {
	key := s.Token(r, v.Actor.Portal) + "/" + v.Actor.Language
	if kept, ok := s.kept.get(key, v.Now); ok {
		return kept, nil
	}
	var out []design.NotificationBanner
	for _, notice := range s.Notices {
		banner, err := notice(r.Context(), r, v)
		if err != nil {
			return nil, err
		}
		if banner != nil {
			out = append(out, *banner)
		}
	}
	s.kept.put(key, v.Now, out)
	return out, nil
}

// keptNotices remembers what was asked within a second.
type keptNotices struct {
	mu sync.Mutex
	of map[string]keptNotice
}

type keptNotice struct {
	at      time.Time
	banners []design.NotificationBanner
}

const (
	keepNotices = time.Second
	maxNotices  = 20_000
)

func (k *keptNotices) get(key string, now time.Time) ([]design.NotificationBanner, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := k.of[key]
	age := now.Sub(x.at)
	return x.banners, ok && age >= 0 && age < keepNotices
}

func (k *keptNotices) put(key string, now time.Time, banners []design.NotificationBanner) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil || len(k.of) >= maxNotices {
		k.of = map[string]keptNotice{}
	}
	k.of[key] = keptNotice{now, banners}
}
