package idcard_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/fault"
	"tereze/internal/idcard"
)

// open is the demonstration's cards, and who believes them.
func open(t *testing.T, profile idcard.Profile) (*authority.Cards, *idcard.Cards) {
	t.Helper()
	cards, err := authority.NewCards(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := cards.Trust()
	if err != nil {
		t.Fatal(err)
	}
	return cards, &idcard.Cards{Verifier: &eds.Own{Trust: trust, Now: time.Now, Rand: rand.Reader}, Profile: profile, Lists: cards.Lists}
}

func signed(t *testing.T, cards *authority.Cards, name, text string) []byte {
	t.Helper()
	key, err := cards.Key(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cms.Sign([]byte(text), cms.Signing{Key: key.Key, Certificate: key.Certificate, At: time.Now(), Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func keyOf(err error) string {
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		return x.Key
	}
	return ""
}

func TestTheCertificateIsReadByTheOperatorsRule(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"2.5.4.5":         "11501188000123",
		"2.5.4.5=1150":    "", // ten digits are no number
		"2.5.4.5=PNOKG-":  "",
		"2.5.4.3":         "",
		"1.2.840.1":       "",
		"2.5.4.42=АЙГҮЛ":  "",
		"2.5.4.5=1150118": "",
	} {
		profile, err := idcard.ParseProfile(rule)
		if err != nil {
			t.Fatal(err)
		}
		cards, believed := open(t, profile)
		who, err := believed.Prove(context.Background(), "text", signed(t, cards, "citizen", "text"), 2017)
		if who.Number != want || want == "" && keyOf(err) != "idcard.nobody" || want != "" && (err != nil || who.Surname != "СЫНАКОВА" || who.Given != "АЙГҮЛ" || who.Patronymic != "ТЕСТОВНА") {
			t.Errorf("by %s: %+v, %v; want %q", rule, who, err, want)
		}
	}
	for _, bad := range []string{"", "serialNumber", "2.5.", "2.5.4.5x", "=PIN", "2..5"} {
		if _, err := idcard.ParseProfile(bad); err == nil {
			t.Errorf("the rule %q is taken", bad)
		}
	}
}

func TestNothingKnownOfACardIsARefusal(t *testing.T) {
	t.Parallel()
	cards, believed := open(t, idcard.DefaultProfile())
	signature := signed(t, cards, "citizen", "text")
	believed.Lists = nil
	if _, err := believed.Prove(context.Background(), "text", signature, 2017); keyOf(err) != "eds.reason.revocation_unknown" {
		t.Errorf("without lists: %v", err)
	}
	believed.Lists = idcard.FolderLists(fstest.MapFS{"README": {Data: []byte("x")}})
	if _, err := believed.Prove(context.Background(), "text", signature, 2017); keyOf(err) != "eds.reason.revocation_unknown" {
		t.Errorf("with an empty folder: %v", err)
	}
	lists, err := cards.Lists()
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{"cards.crl": {Data: lists[0]}, "broken.CRL": {Data: []byte("x")}}
	believed.Lists = idcard.FolderLists(folder)
	if _, err := believed.Prove(context.Background(), "text", signature, 2017); err != nil {
		t.Errorf("with a list: %v", err)
	}
	for i := range 30 {
		folder["x"+strings.Repeat("y", i)+".crl"] = &fstest.MapFile{Data: lists[0]}
	}
	if _, err := believed.Prove(context.Background(), "text", signature, 2017); err == nil || keyOf(err) != "" {
		t.Errorf("with too many lists: %v", err)
	}
	believed.Lists = func() ([][]byte, error) { return nil, errors.New("the disk is gone") }
	if _, err := believed.Prove(context.Background(), "text", signature, 2017); err == nil || keyOf(err) != "" {
		t.Errorf("lists that cannot be read: %v", err)
	}
}
