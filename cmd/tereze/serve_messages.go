package main

import (
	"flag"
	"fmt"

	"tereze/internal/courier"
	"tereze/internal/house"
	"tereze/internal/notify"
)

// messages is what serve is told of the ways by which messages leave. A channel that is not named keeps its messages,
// until they are too old to be sent.
type messages struct {
	mail, sms, push string // files
}

func (m *messages) flags(f *flag.FlagSet) {
	f.StringVar(&m.mail, "mail", "", "file that names the mail servers messages leave by (docs/messages.md); without it no e-mail is sent")
	f.StringVar(&m.sms, "sms", "", "file that names the providers of text messages, by SMPP or HTTP; without it none are sent")
	f.StringVar(&m.push, "push", "", "file that names the key under which browsers are sent pop-up messages; without it no page offers them")
}

// into reads the files that were named. Whatever is not understood refuses the start.
func (m *messages) into(cfg *house.Config) (err error) {
	cfg.Lines = map[notify.Channel]courier.Line{}
	for _, x := range []struct {
		channel notify.Channel
		flag    string
		file    string
		read    func(string) (courier.Line, error)
	}{
		{notify.Email, "mail", m.mail, courier.ReadMail},
		{notify.SMS, "sms", m.sms, courier.ReadSMS},
		{notify.Push, "push", m.push, func(file string) (line courier.Line, err error) {
			line, cfg.PushKey, err = courier.ReadPush(file)
			return line, err
		}},
	} {
		if x.file == "" {
			continue
		}
		if cfg.Lines[x.channel], err = x.read(x.file); err != nil {
			return fmt.Errorf("-%s: %w", x.flag, err)
		}
	}
	return nil
}
