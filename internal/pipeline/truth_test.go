package pipeline

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/simulate"
	"weir/internal/store"
)

// simulated writes a small estate's logs and returns their folders and truth.
func simulated(t testing.TB, hours, vms int, rate float64) (folders []string, truth *simulate.Truth, dir string) {
	t.Helper()
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs, c.Rate = t.TempDir(), hours, vms, rate
	truth, err := simulate.Write(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return simulate.LogFolders(c.Out), truth, c.Out
}

// captures sums the flows view over its intervals: one line per conversation
// and capture.
func captures(t testing.TB, s store.Store) map[string]string {
	t.Helper()
	rows, err := s.SQL(context.Background(), `
		SELECT initiator, responder, port, protocol, direction, status, encryption, acl, rule, mac, target,
			sum(started), sum(ended), sum(packets_fwd), sum(bytes_fwd), sum(packets_back), sum(bytes_back), sum(records),
			epoch_ms(min(first_seen)), epoch_ms(max(last_seen))
		FROM flows GROUP BY ALL`)
	return keyed(t, rows, err, 11)
}

// keyed reads an answer as lines of values by the line of its first columns.
func keyed(t testing.TB, rows store.Rows, err error, keys int) map[string]string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		v := rows.Values()
		got[line(v[:keys])] = line(v[keys:])
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return got
}

func line(values []any) string {
	text := make([]string, len(values))
	for i, v := range values {
		if at, ok := v.(time.Time); ok {
			v = at.UnixMilli()
		}
		text[i] = fmt.Sprint(v)
	}
	return strings.Join(text, " ")
}

func trueCaptures(t testing.TB, truth *simulate.Truth, dir string) map[string]string {
	t.Helper()
	protocols := map[uint8]string{6: "TCP", 17: "UDP"}
	encryption := map[string]string{"": "", "X": flow.Encrypted.String(), "NX": flow.Unencrypted.String()}
	want := map[string]string{}
	err := truth.ReadCaptures(dir, func(c simulate.CaptureTotals) error {
		key := line([]any{c.Initiator, c.Responder, c.Port, protocols[c.Protocol], c.Direction, c.Status, encryption[c.Encryption], c.Rule.ACL, c.Rule.Name, c.Log.MAC, c.Log.Target})
		want[key] = line([]any{c.Started, c.Ended, c.PacketsFwd, c.BytesFwd, c.PacketsBack, c.BytesBack, c.Records, c.First, c.Last})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// TestTruth holds the pipeline to what the simulator says it wrote, per
// conversation and capture, whatever the number of workers and the size of
// the transactions.
func TestTruth(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 14, 0.3)
	want := trueCaptures(t, truth, dir)
	for _, cfg := range []Config{{}, {Workers: 1, CommitRows: 50}, {Workers: 5, CommitRows: 3000, CommitEvery: time.Millisecond}} {
		t.Run(fmt.Sprintf("workers=%d,rows=%d", cfg.Workers, cfg.CommitRows), func(t *testing.T) {
			s := openStore(t, t.TempDir())
			sum := ingest(t, s, cfg, folders...)
			got := []int64{sum.Objects, sum.Bytes, sum.Records, sum.Tuples, sum.Rejected, sum.PendingBytes}
			if diff := cmp.Diff([]int64{truth.Total.Objects, truth.Total.Bytes, truth.Total.Records, truth.Total.Tuples, 0, 0}, got); diff != "" {
				t.Errorf("summary (-truth +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, captures(t, s)); diff != "" {
				t.Errorf("captures (-truth +got):\n%s", diff[:min(len(diff), 4000)])
			}
			if cfg.CommitRows > 0 && sum.Rows <= int64(len(want)) {
				t.Errorf("%d rows for %d captures: small transactions should have cut some", sum.Rows, len(want))
			}
		})
	}
}

// TestPlantedEvents finds each planted event in the store as the truth states
// it, from the capture at its initiators and from the one at its responders.
func TestPlantedEvents(t *testing.T) {
	folders, truth, _ := simulated(t, 2, 14, 0.3)
	s := openStore(t, t.TempDir())
	ingest(t, s, Config{}, folders...)
	quoted := func(addresses []string) string { return "'" + strings.Join(addresses, "', '") + "'" }
	protocols := map[uint8]string{6: "TCP", 17: "UDP"}
	for _, ev := range truth.Events {
		for direction, want := range map[string]simulate.EventCounters{"Outbound": ev.AtInitiator, "Inbound": ev.AtResponder} {
			where := fmt.Sprintf("initiator IN (%s) AND responder IN (%s) AND port = %d AND protocol = '%s' AND direction = '%s'",
				quoted(ev.Initiators), quoted(ev.Responders), ev.Port, protocols[ev.Protocol], direction)
			if ev.Kind == simulate.EventBrokenRule {
				// Flows that were allowed before go on; what the rule breaks is denied.
				got := ints(t, s, "SELECT coalesce(sum(started), 0) FROM flows WHERE status = 'Denied' AND "+where)
				if diff := cmp.Diff([]int64{int64(want.Denied)}, got); diff != "" {
					t.Errorf("%s, %s (-truth +store):\n%s", ev.Name, direction, diff)
				}
				continue
			}
			got := ints(t, s, `SELECT coalesce(sum(started) FILTER (status = 'Allowed'), 0), coalesce(sum(ended), 0), coalesce(sum(started) FILTER (status = 'Denied'), 0),
				coalesce(sum(packets_fwd), 0), coalesce(sum(bytes_fwd), 0), coalesce(sum(packets_back), 0), coalesce(sum(bytes_back), 0), coalesce(sum(records), 0)
				FROM flows WHERE `+where)
			counters := []int64{
				int64(want.Started), int64(want.Ended), int64(want.Denied), int64(want.PacketsFwd),
				int64(want.BytesFwd), int64(want.PacketsBack), int64(want.BytesBack), int64(want.Records),
			}
			if diff := cmp.Diff(counters, got); diff != "" {
				t.Errorf("%s, %s (-truth +store):\n%s", ev.Name, direction, diff)
			}
		}
	}
	if len(truth.Events) < 5 {
		t.Errorf("%d events are planted", len(truth.Events))
	}
}
