package courier_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tereze/internal/courier"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// faulty fails one write in four: half of these were not done, half were done although it says they were not.
func faulty(d *desk, c *courier.Courier) {
	errTold, errDone := errors.New("not done"), errors.New("done, and said not to be")
	sound := c.InTx
	c.InTx = func(ctx context.Context, act func(notify.CourierTx) error) error {
		switch rand.IntN(8) {
		case 0:
			return errTold
		case 1:
			if err := sound(ctx, act); err != nil {
				return err
			}
			return errDone
		}
		return sound(ctx, act)
	}
}

// TestKilledCouriers: three couriers share the work over a database that fails now and then, and are stopped at
// random without a chance to write anything down. No message is lost; a second copy has the name of the first.
func TestKilledCouriers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		const messages = 60
		var all []notify.Message
		for range messages {
			all = append(all, d.write(notify.Message{}))
		}
		c := &clerk{name: "first"}
		c.answer = func(courier.Parcel) notify.Outcome {
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
			return notify.Outcome{State: notify.Accepted}
		}
		for kill := range 12 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+rand.IntN(250))*time.Millisecond)
			var killed sync.WaitGroup
			for range 3 {
				k := d.courier(line(c))
				k.Lines = map[notify.Channel]courier.Line{notify.SMS: line(c)}
				faulty(d, k)
				// Killed, it writes nothing more: whatever it does after the moment fails.
				failing := k.InTx
				k.InTx = func(inner context.Context, act func(notify.CourierTx) error) error {
					if ctx.Err() != nil {
						return ctx.Err()
					}
					return failing(inner, act)
				}
				killed.Go(func() { k.Run(ctx) })
			}
			killed.Wait()
			cancel()
			if kill%3 == 0 {
				d.clock.Move(5 * time.Minute) // the claims of the dead run out
			}
		}
		d.clock.Move(5 * time.Minute)
		d.run(d.courier(line(c)))
		for _, m := range all {
			d.until(m, notify.Accepted)
		}
		times := map[identity.ID]int{}
		for _, p := range c.asked() {
			times[p.ID]++
		}
		twice := 0
		for id, n := range times {
			if n > 1 {
				twice++
			}
			if n == 0 {
				t.Errorf("message %d was lost", id)
			}
		}
		if len(times) != messages {
			t.Errorf("%d of %d messages were carried", len(times), messages)
		}
		t.Logf("%d messages, %d of them carried more than once over the kills", messages, twice)
	})
}

// TestShared: couriers that live carry each message once.
func TestShared(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		var all []notify.Message
		for range 120 {
			all = append(all, d.write(notify.Message{}))
		}
		c := &clerk{name: "first"}
		for range 3 {
			d.run(d.courier(line(c)))
		}
		for _, m := range all {
			d.until(m, notify.Accepted)
		}
		if n := len(c.asked()); n != len(all) {
			t.Errorf("%d messages were handed over %d times", len(all), n)
		}
	})
}
