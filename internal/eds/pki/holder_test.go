package pki_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"

	"tereze/internal/eds/pki"
)

// named is the holder of a certificate with these attributes of the subject, given as identifier and value.
func named(t testing.TB, attributes ...string) pki.Holder {
	t.Helper()
	var names []pkix.AttributeTypeAndValue
	for i := 0; i < len(attributes); i += 2 {
		names = append(names, pkix.AttributeTypeAndValue{Type: pki.OID(attributes[i]), Value: attributes[i+1]})
	}
	return newOffice(t, nil).issue(newKey(t), func(c *x509.Certificate) { c.Subject = pkix.Name{ExtraNames: names} }).Holder()
}

func TestHoldersAreReadByTheProfile(t *testing.T) {
	t.Parallel()
	const common, surname, number, given, organisation, unit, mail = "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.42", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"
	for what, try := range map[string]struct{ got, want pki.Holder }{
		"an individual": {
			named(t, common, "ОСПАНОВА АЙГҮЛ", surname, "ОСПАНОВА", number, "IIN900101400017", given, "СЕРІКҚЫЗЫ"),
			pki.Holder{Name: "ОСПАНОВА АЙГҮЛ", Surname: "ОСПАНОВА", GivenName: "АЙГҮЛ", Patronymic: "СЕРІКҚЫЗЫ", IIN: "900101400017", Kind: pki.Individual},
		},
		"the number of the organisation in serialNumber, as of old": {
			named(t, common, "ТЕСТОВ ТЕСТ", surname, "ТЕСТОВ", number, "BIN123456789021", organisation, "АО ТЕСТ", mail, "a@b.kz"),
			pki.Holder{Name: "ТЕСТОВ ТЕСТ", Surname: "ТЕСТОВ", GivenName: "ТЕСТ", BIN: "123456789021", Organisation: "АО ТЕСТ", Email: "a@b.kz", Kind: pki.LegalEntityPerson},
		},
		"a first name in givenName, as others write it": {
			named(t, common, "ТЕСТОВ ТЕСТ", surname, "ТЕСТОВ", given, "ТЕСТ"),
			pki.Holder{Name: "ТЕСТОВ ТЕСТ", Surname: "ТЕСТОВ", GivenName: "ТЕСТ"},
		},
		"the patronymic in the common name too": {
			named(t, common, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ", surname, "ТЕСТОВ", given, "ТЕСТОВИЧ"),
			pki.Holder{Name: "ТЕСТОВ ТЕСТ ТЕСТОВИЧ", Surname: "ТЕСТОВ", GivenName: "ТЕСТ", Patronymic: "ТЕСТОВИЧ"},
		},
		"two different numbers": {
			named(t, common, "ЕКЕУ", number, "IIN900101400017", number, "IIN900101400018", unit, "BIN123456789021"),
			pki.Holder{Name: "ЕКЕУ", Ambiguous: true},
		},
		"the number of a person where an organisation's belongs": {
			named(t, common, "ТЕСТ", unit, "IIN900101400017", organisation, "IIN900101400017"),
			pki.Holder{Name: "ТЕСТ", Organisation: "IIN900101400017", Ambiguous: true},
		},
		"eleven digits, letters, no prefix": {
			named(t, common, "ТЕСТ", number, "IIN90010140001", unit, "BIN12345678902A", number, "900101400017"),
			pki.Holder{Name: "ТЕСТ"},
		},
	} {
		got, want := try.got, try.want
		if got.Name != want.Name || got.Surname != want.Surname || got.GivenName != want.GivenName || got.Patronymic != want.Patronymic ||
			got.IIN != want.IIN || got.BIN != want.BIN || got.Organisation != want.Organisation || got.Email != want.Email ||
			got.Kind != want.Kind || got.Ambiguous != want.Ambiguous {
			t.Errorf("%s: got %+v, want %+v", what, got, want)
		}
	}
}
