package pipeline

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOneLogUnderTwoNames holds that both are counted, and that it is said:
// in one run or in two, of a copy that is longer or shorter, or in another
// form, but not of logs that are like each other.
func TestOneLogUnderTwoNames(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	f := func(step string, want []Copy, files ...string) {
		t.Helper()
		names := []string{}
		for i := 0; i < len(files); i += 2 {
			names = append(names, path(files[i]))
			write(t, path(files[i]), files[i+1])
		}
		sum := ingest(t, s, Config{}, names...)
		for i := range want {
			want[i] = Copy{path(want[i].Object), path(want[i].Of)}
		}
		if want == nil {
			want = []Copy{}
		}
		if diff := cmp.Diff(want, sum.Copies); diff != "" || sum.CountedTwice != int64(len(want)) {
			t.Errorf("%s: counted twice %d (-want +got):\n%s", step, sum.CountedTwice, diff)
		}
	}
	hour := object(1, 2, 3)
	f("one log", nil, "a.json", hour)
	f("again, unchanged", nil)
	f("a copy", []Copy{{"b.json", "a.json"}}, "b.json", hour)
	f("a copy that has more", []Copy{{"c.json", "a.json"}}, "c.json", object(1, 2, 3, 4))
	f("a copy that has less", []Copy{{"d.json", "a.json"}}, "d.json", object(1))
	f("a copy in another form", []Copy{{"e.json", "a.json"}}, "e.json", strings.ReplaceAll(object(1, 2), `":`, `" : `))
	f("the copy grows", []Copy{{"d.json", "a.json"}}, "d.json", object(1, 2))
	f("two at once", []Copy{{"g.json", "f.json"}}, "f.json", object(20), "g.json", object(20, 21))
	f("another hour", nil, "h.json", object(30))
	f("another NIC", nil, "i.json", strings.ReplaceAll(hour, "000A0A00AA00", "000A0A00AA01"))
	f("another flow log of the NIC", nil, "j.json", strings.ReplaceAll(hour, `"/F"`, `"/G"`))
	f("nothing in it", nil, "k.json", `{"records":[]}`, "l.json", `{"records":[]}`)
	if got := ints(t, s, "SELECT count(DISTINCT fingerprint), sum(tuples)::BIGINT FROM objects"); got[0] != 6 || got[1] != 3+3+4+2+2+1+2+1+3+3 {
		t.Errorf("fingerprints and tuples: %v", got)
	}
}

// TestLogsOfOneNICAreNoCopies reads NSG and VNet flow logs of the same machines.
func TestLogsOfOneNICAreNoCopies(t *testing.T) {
	folders, _, _ := simulated(t, 1, 14, 0.2)
	if sum := ingest(t, openStore(t, t.TempDir()), Config{}, folders...); sum.CountedTwice != 0 || sum.Objects < 2 {
		t.Errorf("%d objects, copies %+v", sum.Objects, sum.Copies)
	}
}
