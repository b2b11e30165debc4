package server_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/server"
)

// decode reads the rows of a JSON file.
func decode(t *testing.T, body string) (rows []map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&rows); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return rows
}

// A Parquet file has the rows of the JSON file, in types of its own, as another
// program reads it, and in the order of the columns of the CSV file.
func TestParquetIsTheAnswer(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	const span = "from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z&where=" + "not+port+%3D+53"
	paths := []string{"flows/export?" + span, "table/export?split=hosts&compare=before&" + span, "table/export?split=pairs&by=bytes&" + span, "table/export?split=vnets&sort=key&" + span, "table/export?split=ports&sort=deniedBenign&" + span}
	for _, path := range paths {
		t.Run(path[:strings.IndexByte(path, '&')], func(t *testing.T) {
			get := func(format string) response {
				t.Helper()
				res := do(t, "GET", ts.URL+"/api/v1/"+path+"&format="+format, "Accept-Encoding", "gzip")
				if res.StatusCode != 200 {
					t.Fatalf("%d %s", res.StatusCode, res.body)
				}
				return res
			}
			res := get("parquet")
			if kind, packed := res.Header.Get("Content-Type"), res.Header.Get("Content-Encoding"); kind != "application/vnd.apache.parquet" || packed != "" || !strings.HasSuffix(res.Header.Get("Content-Disposition"), `.parquet"`) {
				t.Errorf("it is a %q, packed %q, %v", kind, packed, res.Header)
			}
			columns, got := querytest.Parquet(t, res.body)
			want := decode(t, unpacked(t, get("json")))
			if len(want) < 2 {
				t.Fatalf("%d rows, so little is tested", len(want))
			}
			types := map[string]string{}
			for _, c := range columns {
				types[c["name"].(string)] = c["type"].(string)
				if unit := c["unit"].(string); (c["type"] == "BIGINT") != (unit != "") && c["name"] != "port" {
					t.Errorf("column %v counts %q", c, unit)
				}
				if name, unit := c["name"].(string), c["unit"].(string); strings.HasSuffix(name, "bytes") && unit != "bytes" {
					t.Errorf("column %s counts %q", name, unit)
				}
			}
			for _, row := range append(got, want...) {
				for name, v := range row {
					if types[name] == "TIMESTAMP WITH TIME ZONE" {
						row[name] = moment(t, v.(string))
					}
					if n, ok := v.(json.Number); ok && types[name] == "DOUBLE" {
						f, err := n.Float64()
						if err != nil {
							t.Fatal(err)
						}
						row[name] = f
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parquet is not what JSON is (-json +parquet):\n%s", diff)
			}
			head, err := csv.NewReader(strings.NewReader(unpacked(t, get("csv")))).Read()
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range columns {
				names = append(names, c["name"].(string))
			}
			if diff := cmp.Diff(head, names); diff != "" {
				t.Errorf("columns (-csv +parquet):\n%s", diff)
			}
		})
	}
}

// moment reads a time as a file of JSON has it, or as DuckDB writes it.
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

// A file of a table has the rows of the table, of all of its pages.
func TestTableExport(t *testing.T) {
	s := filled(t)
	ts := serve(t, server.Config{Store: s})
	q := insight.TableQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1), Limit: 1000}, Sort: "denied"}
	want, err := insight.Table(t.Context(), s, "pairs", q)
	if err != nil {
		t.Fatal(err)
	}
	res := do(t, "GET", ts.URL+"/api/v1/table/export?split=pairs&sort=denied&from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z&format=json")
	rows := decode(t, res.body)
	if len(rows) != len(want.Rows) || int64(len(rows)) != want.Distinct || len(rows) < 20 {
		t.Fatalf("%d rows, want %d of %d", len(rows), len(want.Rows), want.Distinct)
	}
	for i, row := range want.Rows {
		got, d := rows[i], row.All.Denied
		want := fmt.Sprintln(row.Keys[0], row.Keys[1], d.Flows, d.Packets, d.Bytes, row.Malicious.AllowedIn.Bytes, row.Filter, row.Hosts[1].Side.Name)
		if got := fmt.Sprintln(got["ip"], got["other"], got["denied_flows"], got["denied_packets"], got["denied_bytes"], got["malicious_allowed_in_bytes"], got["filter"], got["other_name"]); got != want {
			t.Fatalf("row %d is %s, want %s", i, got, want)
		}
	}
	for query, wantStatus := range map[string]int{"split=nothing": 422, "": 422, "split=pairs&sort=key": 422, "split=hosts&format=xml": 422, "split=hosts&compare=year": 422, "split=hosts&where=" + url.QueryEscape("vent = 1"): 422} {
		if res := do(t, "GET", ts.URL+"/api/v1/table/export?"+query); res.StatusCode != wantStatus || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s = %d %s", query, res.StatusCode, res.body)
		}
	}
	empty := serve(t, server.Config{Store: querytest.Open(t)})
	for _, split := range insight.Splits() {
		res := do(t, "GET", empty.URL+"/api/v1/table/export?format=parquet&split="+split.Name)
		if columns, rows := querytest.Parquet(t, res.body); len(rows) != 0 || len(columns) < 40 {
			t.Errorf("%s of an empty store = %d rows, %d columns", split.Name, len(rows), len(columns))
		}
	}
}

// unpacked is the body of an answer that was compressed.
func unpacked(t *testing.T, res response) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(res.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
