package duckdb

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// asker asks one connection, on which a question stays as it is, and the store,
// where its facts may be grouped early.
type asker struct {
	conn *conn
	s    *Store
}

func newAsker(t *testing.T, s *Store) asker {
	t.Helper()
	c, err := s.db.connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return asker{c, s}
}

// early returns the other form of a question, "" where there is none.
func (a asker) early(t *testing.T, query string) (early string, err error) {
	if err := a.conn.run(t.Context(), "BEGIN TRANSACTION READ ONLY"); err != nil {
		return "", err
	}
	tree, selects, err := a.conn.check(t.Context(), newGate(), query)
	if err == nil {
		early, err = a.conn.groupEarly(t.Context(), tree, selects)
	}
	return early, errors.Join(err, a.conn.run(t.Context(), "ROLLBACK"))
}

// differs compares columns and rows of both answers.
func (a asker) differs(t *testing.T, query string) (diff string, err error) {
	var answers [2]struct {
		Columns []store.Column
		Rows    [][]any
	}
	for i, ask := range []func() (store.Rows, error){
		func() (store.Rows, error) { return a.s.Query(t.Context(), query) }, func() (store.Rows, error) { return a.s.SQL(t.Context(), query) },
	} {
		rows, err := ask()
		if err != nil {
			return "", fmt.Errorf("%d: %w", i, err)
		}
		answers[i].Columns = rows.Columns()
		if answers[i].Rows, err = storetest.Table(rows, nil); err != nil {
			return "", fmt.Errorf("%d: %w", i, err)
		}
	}
	return cmp.Diff(answers[0], answers[1], cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })), nil
}

// TestGroupEarly checks which questions are asked in another form, and that all
// have the answer that they have on the views as they are.
func TestGroupEarly(t *testing.T) {
	a := newAsker(t, storeOfNames(t))
	none := newAsker(t, newStore(t, t.TempDir(), Options{}))
	f := func(groupings int, query string) {
		t.Helper()
		early, err := a.early(t, query)
		if got := strings.Count(early, `FROM "groups of question `); err != nil || got != groupings {
			t.Errorf("%s\nhas %d groupings that are made early, not %d: %s, %v", query, got, groupings, early, err)
		}
		for _, a := range []asker{a, none} {
			if diff, err := a.differs(t, query); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s\n%s", query, err, diff, early)
			}
		}
	}
	// What groups by texts.
	f(1, "SELECT acl, count(*), sum(bytes_fwd) FROM flows GROUP BY acl ORDER BY acl")
	f(1, "SELECT ACLRULE, COUNT(*) FROM ntanetanalytics AS f GROUP BY F.AclRule ORDER BY ALL DESC")
	f(1, `SELECT "AclRule" AS "x ""y""", count() "n" FROM NTANetAnalytics "f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3 OFFSET 1;`)
	f(1, "SELECT SrcIp, min(BytesSrcToDest), max(FlowStartTime), sum(AllowedInFlows) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT SrcIp, DestIp, SrcVm, count(AclRule) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT coalesce(string_split(coalesce(SrcSubnet, ''), '/')[2], ''), sum(AllowedInFlows) FROM NTANetAnalytics GROUP BY 1 ORDER BY ALL")
	f(1, "FROM NTANetAnalytics SELECT L7Protocol, sum(DeniedInFlows) FILTER (WHERE SrcIp LIKE '10.%'), count(*) FILTER (WHERE false) GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT mac, -sum(bytes_fwd + bytes_back) / 1e9 AS gb, 0.5 AS half FROM flows GROUP BY mac HAVING count(*) > 1 AND mac <> '' ORDER BY sum(started), gb, mac")
	f(1, "SELECT rule, sum(started) AS started FROM flows GROUP BY rule ORDER BY started DESC, rule")
	f(1, "SELECT flow_type, status FROM flows WHERE initiator = '10.0.0.1' AND interval_end > TIMESTAMP '2000-01-01' GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT date_trunc('hour', interval_start) AS t, flow_type, sum(records) FROM flows GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT lower(acl) AS acl, count(*) FROM flows GROUP BY acl ORDER BY ALL")
	f(1, "SELECT concat(acl, '/', rule), acl = '' AS e, CASE WHEN acl > 'x' THEN rule END, CAST(max(port) AS VARCHAR) FROM flows GROUP BY ALL ORDER BY ALL")
	f(1, "SELECT FlowStatus, sum(CASE WHEN DestPort BETWEEN 1 AND 443 THEN 1 ELSE NULL END) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL")
	// As KQL becomes SQL.
	f(1, `SELECT coalesce("SrcIp", '') AS c1, coalesce("AclRule", '') AS c2, CASE WHEN (coalesce("FlowType", '') IN ('InterVNet', 'IntraVNet')) THEN '' ELSE coalesce("FlowDirection", '') END AS c3,
		coalesce(sum("AllowedInFlows"::BIGINT), 0)::BIGINT AS c4 FROM "NTANetAnalytics"
		WHERE (("FlowIntervalEndTime" > make_timestamp(0)) AND (coalesce("SubType", '') = 'FlowLog')) GROUP BY 1, 2, 3 ORDER BY ALL`)
	// Within others.
	f(1, `SELECT sum("count_star()"), max("sum(started)"), max(r) FROM (SELECT acl, count(*), sum(started), rule AS r FROM flows GROUP BY ALL)`)
	f(1, "WITH a AS (SELECT acl, count(*) AS n FROM flows GROUP BY acl) SELECT a.acl, n, (SELECT count(*) FROM flows) FROM a ORDER BY ALL")
	f(2, "SELECT acl, count(*) FROM flows GROUP BY acl UNION ALL SELECT AclRule, count(*) FROM NTANetAnalytics GROUP BY AclRule ORDER BY 1, 2")
	f(1, "SELECT o.acl, (SELECT sum(n) FROM (SELECT acl, count(*) AS n FROM flows GROUP BY acl) i WHERE i.acl = o.acl) FROM flows o ORDER BY 1, 2")
	f(1, "WITH a AS (SELECT 1 AS x) SELECT acl, count(*) FROM flows GROUP BY acl ORDER BY ALL")
	// There is nothing to gain, or not enough.
	f(0, "SELECT count(*), sum(bytes_fwd) FROM flows")
	f(0, "SELECT port, count(*) FROM flows GROUP BY port ORDER BY ALL")
	f(0, "SELECT DestPort, count(*) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL")
	f(0, "SELECT initiator, count(*) FROM flows GROUP BY ALL ORDER BY ALL")
	f(0, "SELECT interval_start, acl, count(*) FROM flows GROUP BY ALL ORDER BY ALL")
	f(0, "SELECT ConnectionName, SrcIp, count(*) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL")
	f(0, "SELECT TenantId, count(*) FROM NTANetAnalytics GROUP BY ALL")
	f(0, "SELECT acl FROM flows ORDER BY ALL")
	f(0, "SELECT class, count(*) FROM endpoints GROUP BY ALL ORDER BY ALL")
	// Sums that are made at once.
	f(0, "SELECT acl, avg(started) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, count(DISTINCT port) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, sum(DISTINCT port) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, sum(started / 4) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, min(port, 2) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, list(port ORDER BY port) FROM flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, sum(count(*)) OVER () FROM flows GROUP BY acl ORDER BY ALL")
	// Groups that are not plain ones.
	f(0, "SELECT acl, rule, count(*) FROM flows GROUP BY ROLLUP (acl, rule) ORDER BY ALL")
	f(0, "SELECT acl, rule, count(*) FROM flows GROUP BY GROUPING SETS ((acl), (rule)) ORDER BY ALL")
	f(0, "SELECT DISTINCT acl, count(*) FROM flows GROUP BY acl, rule ORDER BY ALL")
	f(0, "SELECT acl, count(*) FROM flows GROUP BY acl QUALIFY row_number() OVER (ORDER BY acl) = 1")
	f(0, "SELECT acl, count(*) FROM flows TABLESAMPLE 100% GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, random() > 2 AS r, count(*) FROM flows GROUP BY ALL ORDER BY ALL")
	// Names that could be something else.
	f(0, "WITH flows AS (SELECT 'x' AS acl) SELECT acl, count(*) FROM flows GROUP BY acl")
	f(0, "SELECT acl, count(*) FROM main.flows GROUP BY acl ORDER BY ALL")
	f(0, "SELECT a, count(*) FROM flows f(a) GROUP BY a ORDER BY ALL")
	f(0, "SELECT acl, count(*) FROM flows AS rule GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, count(*) FROM flows, (SELECT 1) GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, port AS started FROM flows GROUP BY acl, port ORDER BY sum(started), 1, 2")
	f(0, "SELECT o.port, (SELECT sum(n) FROM (SELECT acl, count(*) + o.port AS n FROM flows GROUP BY acl)) FROM flows o ORDER BY ALL")
	f(0, "SELECT acl, count(*) FROM flows WHERE port IN (SELECT 443) GROUP BY acl ORDER BY ALL")
	f(0, "SELECT acl, any_value(f) IS NULL FROM flows f GROUP BY acl ORDER BY ALL")

	// It is explained in the form in which it is asked.
	const explained = "EXPLAIN SELECT acl, count(*) FROM flows GROUP BY acl"
	if got, err := storetest.Table(a.s.SQL(t.Context(), explained)); err != nil || !strings.Contains(fmt.Sprint(got), "sum 0") {
		t.Errorf("%s: %v, %v", explained, got, err)
	}
	for _, query := range []string{"SELECT acl, port, count(*) FROM flows GROUP BY acl", "SELECT acl, count(*) FROM flows GROUP BY acl HAVING nothing > 1"} {
		if _, err := a.s.SQL(t.Context(), query); err == nil {
			t.Errorf("%s is answered", query)
		}
	}
}

// storeOfNames makes a store in which several ids have the same text.
func storeOfNames(t *testing.T) *Store {
	t.Helper()
	s := storeOfKinds(t)
	d := storetest.Delta()
	d.Logs = append(d.Logs, storetest.Log(1), storetest.Log(1))
	d.Logs[2].Target = storetest.Log(0).Target
	rule := storetest.Rule(0)
	for _, name := range []string{"DefaultRule_allow0", "userrule_ALLOW0", "allow1", "UserRule_Allow1"} {
		d.Rules = append(d.Rules, flow.Rule{ACL: rule.ACL, Name: name}, flow.Rule{ACL: strings.ToUpper(rule.ACL), Name: name}, flow.Rule{Name: name})
	}
	other := machine("spoke1", "v1")
	other.NIC = "rg/other-nic" // of the machine of 10.0.0.1
	d.Attribute = facts{
		"10.0.0.1": always(machine("spoke1", "v1")), "10.0.0.2": always(other), "10.0.0.9": always(site(enrich.S2S, topology.Endpoint{Kind: topology.EndpointSiteS2S})),
		"8.8.8.8": always(public("us", 15169, "Google LLC")), "9.9.9.9": always(public("us", 19281, "Quad9")),
	}.attribute
	hosts := []string{"10.0.0.1", "10.0.0.2", "10.0.0.9", "8.8.8.8", "9.9.9.9"}
	for n := range 120 {
		kind := flow.IntraVNet
		from, to := hosts[n%len(hosts)], hosts[(n/5+1+n)%len(hosts)]
		if n%len(hosts) > 2 || (n/5+1+n)%len(hosts) > 2 {
			kind = []flow.Type{flow.ExternalPublic, flow.MaliciousFlow}[n%2]
		}
		r := row(10*(n%7), from, to, kind)
		r.Rule, r.Log, r.Port, r.Protocol = uint32(n%len(d.Rules)), uint32(n%len(d.Logs)), []uint16{443, 80, 8443}[n%3], []uint8{6, 17}[n%2]
		r.Direction, r.Status, r.Started, r.BytesFwd = flow.Direction(n/2%2), flow.Status(n/7%2), uint64(n), uint64(1)<<(n%63)
		d.Rows = append(d.Rows, r)
	}
	storetest.Identify(d)
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.Learn(t.Context(), store.Learning{Applications: []store.Application{{Port: 443, Protocol: 6, Name: "https"}, {Port: 443, Protocol: 17, Name: "https"}, {Port: 8443, Protocol: 6, Name: "https"}}}); err != nil {
		t.Fatal(err)
	}
	for texts, ids := range map[string]string{
		"AclRule FROM NTANetAnalytics": "id FROM weir.rule", "L7Protocol FROM NTANetAnalytics": "port, protocol FROM weir.fact",
		"SrcVm FROM NTANetAnalytics": "initiator_endpoint FROM weir.fact", "target FROM flows": "id FROM weir.log",
	} {
		q := "SELECT (SELECT count(*) FROM (SELECT DISTINCT " + texts + ")) < (SELECT count(*) FROM (SELECT DISTINCT " + ids + "))"
		if got := ask(t, s, q)[0][0]; got != true {
			t.Fatalf("%s: %v", q, got)
		}
	}
	return s
}

// TestGroupEarlyAny asks any question that groups.
func TestGroupEarlyAny(t *testing.T) {
	a := newAsker(t, storeOfNames(t))
	for _, view := range earlyViews {
		var columns []string
		for _, row := range ask(t, a.s, "SELECT column_name FROM (DESCRIBE "+view+")") {
			columns = append(columns, row[0].(string))
		}
		numbers := map[string][]string{
			"flows":           {"started", "bytes_fwd", "packets_back", "port", "at_hop", "started + records"},
			"NTANetAnalytics": {"AllowedInFlows", "BytesSrcToDest", "DestPort", "RecordCount", "IsFlowCapturedAtUdrHop", "DeniedInFlows - BytesDestToSrc"},
		}[view]
		early := 0
		rapid.Check(t, func(rt *rapid.T) {
			query := anyGrouping(view, columns, numbers).Draw(rt, "question")
			form, err := a.early(t, query)
			if err != nil {
				rt.Fatalf("%s: %v", query, err)
			}
			if form != "" {
				early++
			}
			if diff, err := a.differs(t, query); err != nil || diff != "" {
				rt.Fatalf("%s\n%s: %v (-want +got):\n%s", query, form, err, diff)
			}
		})
		if early == 0 {
			t.Errorf("%s: no question was asked in another form", view)
		}
	}
}

// anyGrouping draws a SELECT that groups a view.
func anyGrouping(view string, columns, numbers []string) *rapid.Generator[string] {
	return rapid.Custom(func(rt *rapid.T) string {
		likely := map[string][]string{
			"flows":           {"acl", "rule", "mac", "target", "flow_type", "direction", "status", "protocol", "encryption", "counted"},
			"NTANetAnalytics": {"AclRule", "AclGroup", "L7Protocol", "SrcIp", "DestIp", "SrcVm", "DestSubnet", "Country", "FlowType", "FlowStatus", "MacAddress"},
		}[view]
		key := rapid.OneOf(rapid.SampledFrom(likely), rapid.SampledFrom(likely), rapid.SampledFrom(likely), rapid.SampledFrom(columns))
		keys := rapid.SliceOfNDistinct(key, 1, 3, rapid.ID).Draw(rt, "keys")
		// A name that a column has, too, is one that may be mistaken.
		alias := rapid.OneOf(rapid.Just(""), rapid.Just(""), rapid.Just(" AS n"), rapid.Map(rapid.SampledFrom(columns), func(c string) string { return " AS " + c }))
		condition := rapid.Custom(func(rt *rapid.T) string {
			c := key.Draw(rt, "column")
			return rapid.SampledFrom([]string{
				c + " IS NOT NULL", c + "::VARCHAR > '1'", "length(" + c + "::VARCHAR) < 9", c + "::VARCHAR IN ('', 'Allowed', '10.0.0.1')", "false",
			}).Draw(rt, "condition")
		})
		sum := rapid.Custom(func(rt *rapid.T) string {
			n := rapid.SampledFrom(numbers).Draw(rt, "number")
			s := rapid.SampledFrom([]string{
				"count(*)", "count(" + n + ")", "sum(" + n + ")", "min(" + n + ")", "max(" + n + ")", "max(" + key.Draw(rt, "text") + ")", "sum(" + n + ") + count(*)",
			}).Draw(rt, "sum")
			if rapid.IntRange(0, 3).Draw(rt, "filter") == 0 && !strings.Contains(s, " + count") {
				s += " FILTER (WHERE " + condition.Draw(rt, "filter") + ")"
			}
			return s
		})
		var list []string
		aliases := map[string]bool{}
		named := func(e string) string {
			as := alias.Draw(rt, "alias")
			if aliases[as] || as == " AS n" && len(aliases) > 0 {
				as = ""
			}
			if as != "" {
				aliases[as] = true
			}
			return e + as
		}
		places := make([]string, len(keys))
		for i, k := range keys {
			places[i] = fmt.Sprint(i + 1)
			list = append(list, named(k))
		}
		for _, s := range rapid.SliceOfN(sum, 0, 3).Draw(rt, "sums") {
			list = append(list, named(s))
		}
		query := "SELECT " + strings.Join(list, ", ") + " FROM " + view
		if rapid.Bool().Draw(rt, "where") {
			query += " WHERE " + condition.Draw(rt, "where")
		}
		query += " GROUP BY " + rapid.SampledFrom([]string{"ALL", strings.Join(keys, ", "), strings.Join(places, ", ")}).Draw(rt, "group by")
		if rapid.IntRange(0, 3).Draw(rt, "having") == 0 {
			query += " HAVING " + sum.Draw(rt, "having") + " IS NOT NULL"
		}
		query += rapid.SampledFrom([]string{" ORDER BY ALL", " ORDER BY " + strings.Join(places, " DESC, ")}).Draw(rt, "order by")
		switch rapid.IntRange(0, 5).Draw(rt, "around") {
		case 0:
			query = "SELECT *, 1 AS one FROM (" + query + ") ORDER BY ALL"
		case 1:
			query = "WITH q AS (" + query + ") SELECT count(*), (SELECT count(*) FROM " + view + ") FROM q"
		}
		return query
	})
}
