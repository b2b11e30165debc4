package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/settle"
)

// The examples of the how-to have the answers that they show. With -update the
// answers are written anew.
func TestExamplesOfPages(t *testing.T) {
	s := querytest.Open(t)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	sums := func(fwd, back uint64) flow.Counters {
		return flow.Counters{Started: 1, PacketsFwd: 10, BytesFwd: fwd, PacketsBack: 12, BytesBack: back}
	}
	log := flow.Log{Family: flow.VNet, MAC: "00224871C2AA", Target: "/subscriptions/s/vnet"}
	querytest.Commit(
		t, s, "/logs/PT1H.json",
		querytest.Flow{Interval: noon, Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: 443, Protocol: 6, Direction: flow.Outbound, Log: log, Counters: sums(1200, 84_000)},
		querytest.Flow{Interval: noon, Initiator: "10.0.0.4", Responder: "10.0.0.6", Port: 1433, Protocol: 6, Direction: flow.Outbound, Log: log, Counters: sums(900, 3000)},
		querytest.Flow{Interval: noon.Add(10 * time.Minute), Initiator: "203.0.113.9", Responder: "10.0.0.4", Port: 22, Protocol: 6, Status: flow.Denied, Log: log, Counters: flow.Counters{Started: 1}},
	)
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settle.Run(t.Context(), settle.Config{Store: s, Keeper: k}); err != nil {
		t.Fatal(err)
	}
	ts := serve(t, server.Config{Store: s, Know: k})
	const page = "../../docs/how-to/ask-the-api.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)(```console\n\\$ curl -s '([^']*)' \\| jq\n```\n\n```json\n)(.*?)(```\n)")
	found := 0
	now := example.ReplaceAllStringFunc(string(text), func(block string) string {
		found++
		m := example.FindStringSubmatch(block)
		asked, err := url.Parse(m[2])
		if err != nil {
			t.Fatal(err)
		}
		res := do(t, "GET", ts.URL+asked.RequestURI())
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(strings.TrimSpace(res.body)), "", "  "); err != nil {
			t.Fatalf("%s: %v", m[2], err)
		}
		return m[1] + b.String() + "\n" + m[4]
	})
	if found != 4 || found != strings.Count(string(text), "curl -s") {
		t.Errorf("%d examples found in %s, not as many as there are", found, page)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(text), now); diff != "" {
		t.Errorf("%s shows other answers than there are; go test ./internal/server -run TestExamplesOfPages -update writes them (-page +now):\n%s", page, diff)
	}
}
