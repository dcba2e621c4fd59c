package pkcs12

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzContents reads what stands behind the MAC, which no mutation of a whole store gets past.
func FuzzContents(f *testing.F) {
	stores, err := filepath.Glob(filepath.Join("..", "testdata", "p12", "*.p12"))
	if err != nil || len(stores) == 0 {
		f.Fatalf("no stores: %v", err)
	}
	for _, name := range stores {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		der, err := toDER(data)
		if err != nil {
			f.Fatal(err)
		}
		var outer container
		if err := unmarshal(der, &outer); err != nil {
			f.Fatal(err)
		}
		safe, err := octets(outer.Safe.Content)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(safe)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := &opener{password: newPassword("Qwerty12")}
		o.password.budget = 5000 // enough for what the authority makes, and a fuzzer has no time
		if err := o.readSafe(data); err == nil {
			_, _ = o.store()
		}
	})
}
