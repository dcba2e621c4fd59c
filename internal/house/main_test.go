package house_test

import (
	"testing"

	"tereze/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
