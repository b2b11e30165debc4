package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWritePairs(t *testing.T) {
	f := func(columns int, want string) {
		t.Helper()
		var p pairs
		p.add("at", "noon")
		p.add("empty", "")
		p.list("how", []string{"The narrowest prefix is éight words long.", "It is so."})
		var b strings.Builder
		p.write(&b, columns)
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("write to %d columns (-want +got):\n%s", columns, d)
		}
	}
	f(0, "at   noon\nhow  The narrowest prefix is éight words long.\n     It is so.\n")
	f(28, "at   noon\nhow  The narrowest prefix is\n     éight words long.\n     It is so.\n")
	f(10, "at   noon\nhow  The narrowest prefix is éight words long.\n     It is so.\n")
}
