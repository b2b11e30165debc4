package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// What the dashboard of Traffic Analytics gets wrong (docs/reference/traffic-analytics.md,
// section 6.3) holds here, against what the simulator says.
func TestDefectsOfTheOriginal(t *testing.T) {
	logs, data, truth := simulated(t)
	weirRun(t, "service-tags", "import", "--data", data, filepath.Join(logs, truth.ServiceTags))
	for _, feed := range truth.Feeds {
		weirRun(t, "threat", "import", "--data", data, "--name", strings.ReplaceAll(feed, ".", "-"), filepath.Join(logs, feed))
	}
	var conversations []simulate.ConversationTotals
	if err := truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		conversations = append(conversations, c)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	table := func(t *testing.T, split string, args ...string) (a insight.TableAnswer) {
		t.Helper()
		args = append([]string{"top", split, "--data", data, "--format", "json", "--limit", "1000"}, args...)
		if err := json.Unmarshal([]byte(weirRun(t, args...)), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	// pairs calls for every row, of which some have the same addresses: where address
	// spaces overlap, and where an address was re-used.
	pairs := func(t *testing.T, row func(insight.TableRow), args ...string) {
		t.Helper()
		for offset := 0; ; offset += 1000 {
			a := table(t, "pairs", append(args, "--offset", strconv.Itoa(offset))...)
			for _, r := range a.Rows {
				row(r)
			}
			if len(a.Rows) < 1000 {
				return
			}
		}
	}

	t.Run("1: an external address has what went over it and no more", func(t *testing.T) {
		want := map[string]insight.Measures{}
		for _, c := range conversations {
			if name := pairName(c.Initiator, c.Responder); strings.HasPrefix(c.FlowType, "External") || c.FlowType == "MaliciousFlow" {
				want[name] = plusTruth(want[name], c)
			}
		}
		got := map[string]insight.Measures{}
		pairs(t, func(row insight.TableRow) {
			name := pairName(row.Keys[0], row.Keys[1])
			m := got[name]
			got[name] = insight.Measures{Flows: m.Flows + row.All.Total.Flows, Packets: m.Packets + row.All.Total.Packets, Bytes: m.Bytes + row.All.Total.Bytes}
		}, "--where", "type in (ExternalPublic, MaliciousFlow)")
		if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
			t.Errorf("pairs (-truth +got):\n%s", diff)
		}
	})

	t.Run("2: rows are in the order of numbers, not of their texts", func(t *testing.T) {
		a := table(t, "countries", "--by", "bytes")
		texts := 0
		for i, row := range a.Rows[1:] {
			if row.All.Total.Bytes > a.Rows[i].All.Total.Bytes {
				t.Errorf("%v has more bytes than the row before it", row.Keys)
			}
			if strconv.FormatInt(row.All.Total.Bytes, 10) > strconv.FormatInt(a.Rows[i].All.Total.Bytes, 10) {
				texts++
			}
		}
		if texts == 0 {
			t.Error("texts have the same order, so nothing is tested")
		}
	})

	t.Run("3, 4: a gateway's traffic is part of what its own SKU can carry", func(t *testing.T) {
		var a insight.GatewaysAnswer
		if err := json.Unmarshal([]byte(weirRun(t, "top", "gateways", "--data", data, "--format", "json")), &a); err != nil {
			t.Fatal(err)
		}
		skus := map[string]int64{}
		for _, g := range a.Rows {
			if g.Capacity <= 0 {
				t.Errorf("%s: the capacity of SKU %q is not known", g.Gateway, g.SKU)
			}
			skus[g.SKU] = g.Capacity
		}
		if len(skus) < 2 {
			t.Errorf("gateways have the SKUs %v; want several, or nothing is tested", slices.Collect(maps.Keys(skus)))
		}
		checkGateways(t, data, truth.Events) // the peak in bits a second, and the capacity, of the simulator's event
	})

	t.Run("5, 6: a filter and a range hold for every number", func(t *testing.T) {
		whole := table(t, "groups", "--where", "denied")
		if whole.All.Allowed.Flows != 0 || whole.All.Denied.Flows == 0 {
			t.Errorf("denied flows are %+v", whole.All)
		}
		for _, row := range whole.Rows {
			if some := table(t, "groups", "--where", "denied and "+row.Filter); some.All.Total.Flows >= whole.All.Total.Flows {
				t.Errorf("the filter %s changes nothing: %d flows", row.Filter, some.All.Total.Flows)
			}
		}
		var sum insight.Measures
		from := truth.Start
		for ; from.Before(truth.End.Add(time.Hour)); from = from.Add(time.Hour) {
			m := table(t, "types", "--from", from.Format(time.RFC3339), "--to", from.Add(time.Hour).Format(time.RFC3339)).All.Total
			sum = insight.Measures{Flows: sum.Flows + m.Flows, Packets: sum.Packets + m.Packets, Bytes: sum.Bytes + m.Bytes}
		}
		if all := table(t, "types", "--from", truth.Start.Format(time.RFC3339), "--to", from.Format(time.RFC3339)).All.Total; all != sum {
			t.Errorf("the hours sum to %+v, the whole range has %+v", sum, all)
		}
	})

	t.Run("7: a rule's holder is told by its id, whole or by name", func(t *testing.T) {
		a := table(t, "security-groups")
		ids := 0
		for _, row := range a.Rows {
			id := row.Keys[0]
			if strings.Count(id, "/") > 4 {
				ids++
			}
			for _, where := range []string{row.Filter, fmt.Sprintf("acl = %q", id)} {
				if some := table(t, "security-groups", "--where", where); some.All.Total.Flows < row.All.Total.Flows {
					t.Errorf("%s leads to %d of %d flows", where, some.All.Total.Flows, row.All.Total.Flows)
				}
			}
		}
		if ids == 0 {
			t.Error("no holder is told by a whole id, so nothing is tested")
		}
	})

	t.Run("8: bytes count once, and each way is its own, wherever it was recorded", func(t *testing.T) {
		type bytes struct{ Out, In, Total int64 }
		want, responderAlone := map[string]bytes{}, 0
		for _, c := range conversations {
			name, b := pairName(c.Initiator, c.Responder), bytes{}
			if b = want[name]; c.Initiator < c.Responder {
				b.Out += int64(c.Started + c.Denied)
			} else {
				b.In += int64(c.Started + c.Denied)
			}
			b.Total += int64(c.BytesFwd + c.BytesBack)
			want[name] = b
			if c.Captures == 1 && c.ResponderVNet != "" && c.InitiatorVNet == "" {
				responderAlone++
			}
		}
		got := map[string]bytes{}
		pairs(t, func(row insight.TableRow) {
			out, in := row.All.AllowedOut.Flows+row.All.DeniedOut.Flows, row.All.AllowedIn.Flows+row.All.DeniedIn.Flows
			if row.Keys[0] > row.Keys[1] {
				out, in = in, out
			}
			name := pairName(row.Keys[0], row.Keys[1])
			b := got[name]
			got[name] = bytes{b.Out + out, b.In + in, b.Total + row.All.Total.Bytes}
		})
		if diff := cmp.Diff(want, got); diff != "" || responderAlone == 0 {
			t.Errorf("pairs (-truth +got):\n%s", diff)
		}
	})

	t.Run("9: countries have their malicious and blocked flows", func(t *testing.T) {
		var malicious, denied, want int64
		for _, row := range table(t, "countries").Rows {
			malicious, denied = malicious+row.Malicious.Total.Flows, denied+row.All.Denied.Flows
		}
		for _, c := range conversations {
			if c.FlowType == "MaliciousFlow" {
				want += int64(c.Started + c.Denied)
			}
		}
		if malicious != want || denied == 0 {
			t.Errorf("countries have %d malicious and %d denied flows, the truth %d malicious ones", malicious, denied, want)
		}
	})

	t.Run("10: a MAC is one, however it is written", func(t *testing.T) {
		mac := truth.Logs[0].MAC
		var parts []string
		for i := 0; i < len(mac); i += 2 {
			parts = append(parts, mac[i:i+2])
		}
		want := table(t, "types", "--where", "mac = "+mac).All.Total
		for _, text := range []string{strings.Join(parts, "-"), strings.Join(parts, ":"), strings.ToLower(mac)} {
			if got := table(t, "types", "--where", fmt.Sprintf("mac = %q", text)).All.Total; got != want || got.Flows == 0 {
				t.Errorf("mac = %s has %+v, %s %+v", text, got, mac, want)
			}
		}
	})
}

// pairName tells pairs of addresses apart, whoever comes first.
func pairName(a, b string) string { return min(a, b) + " " + max(a, b) }

func plusTruth(m insight.Measures, c simulate.ConversationTotals) insight.Measures {
	return insight.Measures{
		Flows:   m.Flows + int64(c.Started+c.Denied),
		Packets: m.Packets + int64(c.PacketsFwd+c.PacketsBack),
		Bytes:   m.Bytes + int64(c.BytesFwd+c.BytesBack),
	}
}
