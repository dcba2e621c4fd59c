package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, record, want string
	}{
		{
			name: "a passing test is counted and says nothing",
			record: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: a log line\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.01s\n"}
{"Action":"pass","Package":"p"}
`,
			want: "ok  \tp\t0.01s\n1 passed, 0 failed\n",
		},
		{
			name: "a failed test is counted once and shown with what it said",
			record: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: got 1\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.01s\n"}
{"Action":"fail","Package":"p"}
`,
			want: "    a_test.go:3: got 1\nFAIL\tp\t0.01s\n0 passed, 1 failed\n",
		},
		{
			name: "a package that does not build is one failure",
			record: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: no\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p"}
`,
			want: "p.go:1: no\nFAIL\tp [build failed]\n0 passed, 1 failed\n",
		},
		{
			name: "a package that dies shows the test that was running",
			record: `{"Action":"output","Package":"p","Test":"TestA","Output":"stuck\n"}
{"Action":"fail","Package":"p"}
`,
			want: "stuck\n0 passed, 1 failed\n",
		},
		{
			name: "a skipped test is named with its reason and counted as neither",
			record: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: no such lock here\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
`,
			want: "skipped p TestA: a_test.go:3: no such lock here\n0 passed, 0 failed\n",
		},
		{
			name:   "words of the go command that are no record are passed on",
			record: "go: updates to go.mod needed\n",
			want:   "go: updates to go.mod needed\n0 passed, 0 failed\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			c := newTally(&out)
			if err := c.read(strings.NewReader(tt.record)); err != nil {
				t.Fatal(err)
			}
			c.close()
			if got := out.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
