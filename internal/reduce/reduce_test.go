package reduce

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
)

// entry is a tuple with what it belongs to.
type entry struct {
	log   flow.Log
	rule  flow.Rule
	tuple flow.Tuple
}

// entries draws tuples of few keys, so that many of them merge.
func entries(t *rapid.T) []entry {
	addr := rapid.Custom(func(t *rapid.T) flow.Addr {
		if rapid.Bool().Draw(t, "v6") {
			return flow.Addr{Hi: 0x20010db8 << 32, Lo: rapid.Uint64Range(1, 3).Draw(t, "low")}
		}
		return flow.AddrFrom4(0x0a000000 + rapid.Uint32Range(1, 4).Draw(t, "host"))
	})
	one := rapid.Custom(func(t *rapid.T) entry {
		return entry{
			log:  flow.Log{MAC: fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "mac"))},
			rule: flow.Rule{Name: fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "rule"))},
			tuple: flow.Tuple{
				Time: 1_700_000_000_000 + rapid.Int64Range(0, 3*3600_000).Draw(t, "time"),
				Src:  addr.Draw(t, "src"), Dst: addr.Draw(t, "dst"),
				SrcPort: rapid.Uint16().Draw(t, "sport"), DstPort: rapid.SampledFrom([]uint16{53, 443}).Draw(t, "dport"),
				Protocol:    rapid.SampledFrom([]uint8{6, 17}).Draw(t, "proto"),
				Direction:   rapid.SampledFrom([]flow.Direction{flow.Inbound, flow.Outbound}).Draw(t, "dir"),
				Status:      rapid.SampledFrom([]flow.Status{flow.Allowed, flow.Denied}).Draw(t, "status"),
				State:       rapid.SampledFrom([]flow.State{flow.NoState, flow.Begin, flow.Continue, flow.End, flow.Deny}).Draw(t, "state"),
				Encryption:  rapid.SampledFrom([]flow.Encryption{flow.EncryptionUnknown, flow.Unencrypted}).Draw(t, "enc"),
				PacketsFwd:  rapid.Uint64Range(0, 1<<44-1).Draw(t, "pf"),
				BytesFwd:    rapid.Uint64Range(0, 1<<44-1).Draw(t, "bf"),
				PacketsBack: rapid.Uint64Range(0, 100).Draw(t, "pb"),
				BytesBack:   rapid.Uint64Range(0, 100).Draw(t, "bb"),
			},
		}
	})
	return rapid.SliceOfN(one, 0, 60).Draw(t, "entries")
}

// key is a flow.Key without the numbers that a table hands out.
type key struct {
	flow.Key
	log  flow.Log
	rule flow.Rule
}

// merged sums the rows of tables by what their keys mean, as a reader of a
// store does.
func merged(tables ...*Table) map[key]flow.Counters {
	sum := map[key]flow.Counters{}
	for _, t := range tables {
		for _, r := range t.Rows() {
			k := key{r.Key, t.Logs()[r.Log], t.Rules()[r.Rule]}
			k.Key.Log, k.Key.Rule = 0, 0
			sum[k] = plus(sum[k], r.Counters)
		}
	}
	return sum
}

func plus(a, b flow.Counters) flow.Counters {
	if a.Records == 0 {
		return b
	}
	return flow.Counters{
		Started: a.Started + b.Started, Ended: a.Ended + b.Ended,
		PacketsFwd: a.PacketsFwd + b.PacketsFwd, BytesFwd: a.BytesFwd + b.BytesFwd,
		PacketsBack: a.PacketsBack + b.PacketsBack, BytesBack: a.BytesBack + b.BytesBack,
		Records: a.Records + b.Records, First: min(a.First, b.First), Last: max(a.Last, b.Last),
	}
}

func add(t *Table, es ...entry) *Table {
	for _, e := range es {
		t.Add(&e.log, &e.rule, []flow.Tuple{e.tuple})
	}
	return t
}

// plainly reduces with a map and no cleverness.
func plainly(width time.Duration, es []entry) map[key]flow.Counters {
	sum := map[key]flow.Counters{}
	for _, e := range es {
		u := e.tuple
		start := time.UnixMilli(u.Time).UTC().Truncate(width).Unix()
		k := key{flow.Key{
			Initiator: u.Src, Responder: u.Dst, Interval: start, Port: u.DstPort, Protocol: u.Protocol,
			Direction: u.Direction, Status: u.Status, Encryption: u.Encryption,
		}, e.log, e.rule}
		c := flow.Counters{Records: 1, First: u.Time, Last: u.Time}
		if u.State == flow.Continue || u.State == flow.End {
			c.PacketsFwd, c.BytesFwd, c.PacketsBack, c.BytesBack = u.PacketsFwd, u.BytesFwd, u.PacketsBack, u.BytesBack
			if u.State == flow.End {
				c.Ended = 1
			}
		} else {
			c.Started = 1
		}
		sum[k] = plus(sum[k], c)
	}
	return sum
}

func TestReduceMeansWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := entries(t)
		width := rapid.SampledFrom(Intervals).Draw(t, "interval")
		if diff := cmp.Diff(plainly(width, es), merged(add(New(width, 4), es...)), cmp.AllowUnexported(key{})); diff != "" {
			t.Fatalf("Reduce() (-want +got):\n%s", diff)
		}
	})
}

func TestOrderAndSplitDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := entries(t)
		want := merged(add(New(time.Minute, 64), es...))
		shuffled := append([]entry{}, es...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(len(es), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		tables := []*Table{New(time.Minute, 4), New(time.Minute, 64), New(time.Minute, 1)}
		for i, e := range shuffled {
			add(tables[i%rapid.IntRange(1, len(tables)).Draw(t, "tables")], e)
		}
		if diff := cmp.Diff(want, merged(tables...), cmp.AllowUnexported(key{})); diff != "" {
			t.Fatalf("(-in order, one table +shuffled, several):\n%s", diff)
		}
	})
}

// again reduces rows as if each were a tuple: what a roll-up does.
func again(width time.Duration, rows map[key]flow.Counters) map[key]flow.Counters {
	sum := map[key]flow.Counters{}
	for k, c := range rows {
		k.Interval -= k.Interval % int64(width.Seconds())
		sum[k] = plus(sum[k], c)
	}
	return sum
}

func TestReducingTwiceEqualsReducingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := entries(t)
		once := merged(add(New(time.Hour, 64), es...))
		ten := merged(add(New(10*time.Minute, 64), es...))
		if diff := cmp.Diff(once, again(time.Hour, ten), cmp.AllowUnexported(key{})); diff != "" {
			t.Fatalf("60m (-at once +through 10m):\n%s", diff)
		}
		one := merged(add(New(time.Minute, 64), es...))
		if diff := cmp.Diff(ten, again(10*time.Minute, one), cmp.AllowUnexported(key{})); diff != "" {
			t.Fatalf("10m (-at once +through 1m):\n%s", diff)
		}
	})
}

// TestSums compares sums over rows with sums over tuples, per direction,
// decision, rule and address.
func TestSums(t *testing.T) {
	type part struct {
		kind, value string
	}
	rapid.Check(t, func(t *rapid.T) {
		es := entries(t)
		tuples, rows := map[part]flow.Counters{}, map[part]flow.Counters{}
		into := func(sum map[part]flow.Counters, d flow.Direction, s flow.Status, rule string, a, b flow.Addr, c flow.Counters) {
			for _, p := range []part{{"direction", d.String()}, {"status", s.String()}, {"rule", rule}, {"initiator", a.String()}, {"responder", b.String()}} {
				sum[p] = plus(sum[p], c)
			}
		}
		for _, e := range es {
			for k, c := range plainly(time.Minute, []entry{e}) {
				into(tuples, k.Direction, k.Status, k.rule.Name, k.Initiator, k.Responder, c)
			}
		}
		for k, c := range merged(add(New(10*time.Minute, 8), es...)) {
			into(rows, k.Direction, k.Status, k.rule.Name, k.Initiator, k.Responder, c)
		}
		if diff := cmp.Diff(tuples, rows, cmp.AllowUnexported(part{})); diff != "" {
			t.Fatalf("(-tuples +rows):\n%s", diff)
		}
	})
}

func TestNoSumOverflows(t *testing.T) {
	log, rule := flow.Log{}, flow.Rule{}
	table := New(time.Hour, 16)
	u := flow.Tuple{Time: 1_700_000_000_000, State: flow.Continue, BytesFwd: 1<<44 - 1}
	batch := make([]flow.Tuple, 1<<14)
	for i := range batch {
		batch[i] = u
	}
	for range 40 {
		table.Add(&log, &rule, batch)
	}
	if len(table.Rows()) != 3 {
		t.Errorf("%d rows, want 3: every 2^18 tuples of 2^44 bytes one more", len(table.Rows()))
	}
	records := uint64(0)
	for _, r := range table.Rows() {
		if r.BytesFwd != r.Records*(1<<44-1) {
			t.Errorf("%d bytes in %d tuples", r.BytesFwd, r.Records)
		}
		records += r.Records
	}
	if records != 40<<14 {
		t.Errorf("%d tuples, want %d", records, 40<<14)
	}
}

// TestFullOfNames holds that a table is full when its logs and rules take much
// memory, whether they differ in content or only in place, and is empty after.
func TestFullOfNames(t *testing.T) {
	name := strings.Repeat("x", 500)
	for what, add := range map[string]func(t *Table, i int){
		"rules": func(t *Table, i int) {
			t.Add(&flow.Log{}, &flow.Rule{Name: name + strconv.Itoa(i)}, make([]flow.Tuple, 1))
		},
		"logs": func(t *Table, i int) {
			t.Add(&flow.Log{Target: name + strconv.Itoa(i)}, &flow.Rule{}, make([]flow.Tuple, 1))
		},
		"pointers": func(t *Table, _ int) { t.Add(&flow.Log{}, &flow.Rule{Name: name}, make([]flow.Tuple, 1)) },
	} {
		table := New(time.Minute, 1_000_000)
		for range 2 {
			added := 0
			for ; !table.Full() && added < 1_000_000; added++ {
				add(table, added)
			}
			if added < 10_000 || added > 100_000 {
				t.Errorf("%s: full after %d", what, added)
			}
			table.Reset()
			if table.Full() || len(table.Rows())+len(table.Rules())+len(table.Logs()) > 0 {
				t.Errorf("%s: not empty after Reset", what)
			}
		}
	}
}

func TestIgnoredCountersAreCounted(t *testing.T) {
	table := New(time.Minute, 4)
	log, rule := flow.Log{}, flow.Rule{}
	table.Add(&log, &rule, []flow.Tuple{
		{Time: 1, State: flow.Begin, BytesFwd: 60},
		{Time: 2, State: flow.Begin},
		{Time: 3, State: flow.Deny, Status: flow.Denied, PacketsFwd: 1},
		{Time: 4, State: flow.End, BytesFwd: 7},
	})
	if got := table.IgnoredCounters(); got != 2 {
		t.Errorf("%d ignored counters, want 2", got)
	}
	table.Reset()
	if len(table.Rows()) != 0 || len(table.Logs()) != 0 || table.IgnoredCounters() != 0 {
		t.Error("Reset left something")
	}
}

func TestCheckInterval(t *testing.T) {
	for _, d := range Intervals {
		if err := CheckInterval(d); err != nil {
			t.Error(err)
		}
	}
	if err := CheckInterval(5 * time.Minute); err == nil {
		t.Error("an interval of five minutes is accepted")
	}
}

func BenchmarkAdd(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	log, rule := flow.Log{MAC: "m"}, flow.Rule{Name: "r"}
	for _, perRow := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("tuples_per_row=%d", perRow), func(b *testing.B) {
			const n = 1 << 20
			tuples := make([]flow.Tuple, n)
			for i := range tuples {
				tuples[i] = flow.Tuple{
					Time: 1_700_000_000_000 + int64(i), Src: flow.AddrFrom4(0x0a000001), Dst: flow.AddrFrom4(rng.Uint32N(uint32(n/perRow) + 1)),
					DstPort: 443, Protocol: 6, State: flow.Continue, BytesFwd: 100, PacketsFwd: 1,
				}
			}
			table := New(10*time.Minute, 120_000)
			b.ReportAllocs()
			for b.Loop() {
				for i := 0; i < n; i += 256 {
					if table.Full() {
						table.Reset()
					}
					table.Add(&log, &rule, tuples[i:i+256])
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mtuples/s")
		})
	}
}
