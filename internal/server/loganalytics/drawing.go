package loganalytics

import (
	"strings"

	"weir/internal/kql"
)

// drawing is what render asks for, in the words of the service.
type drawing struct {
	Visualization  *string  `json:"visualization"`
	Title          *string  `json:"title"`
	Accumulate     bool     `json:"accumulate"`
	IsQuerySorted  bool     `json:"isQuerySorted"`
	Kind           *string  `json:"kind"`
	Legend         *string  `json:"legend"`
	Series         []string `json:"series"`
	YMin           string   `json:"yMin"`
	YMax           string   `json:"yMax"`
	XAxis          *string  `json:"xAxis"`
	XColumn        *string  `json:"xColumn"`
	XTitle         *string  `json:"xTitle"`
	YAxis          *string  `json:"yAxis"`
	YColumns       []string `json:"yColumns"`
	YSplit         *string  `json:"ySplit"`
	YTitle         *string  `json:"yTitle"`
	AnomalyColumns []string `json:"anomalyColumns"`
}

func drawn(q kql.Question) drawing {
	one := func(name string) *string {
		if v, ok := q.Drawing[name]; ok {
			return &v
		}
		return nil
	}
	list := func(name string) []string {
		if v := q.Drawing[name]; v != "" {
			return strings.Split(v, ",")
		}
		return nil
	}
	number := func(name string) string {
		if v := q.Drawing[name]; v != "" {
			return v
		}
		return "NaN"
	}
	d := drawing{
		Title: one("title"), Accumulate: q.Drawing["accumulate"] == "true", Kind: one("kind"), Legend: one("legend"), Series: list("series"),
		YMin: number("ymin"), YMax: number("ymax"), XAxis: one("xaxis"), XColumn: one("xcolumn"), XTitle: one("xtitle"),
		YAxis: one("yaxis"), YColumns: list("ycolumns"), YSplit: one("ysplit"), YTitle: one("ytitle"), AnomalyColumns: list("anomalycolumns"),
	}
	if q.Chart != "" {
		d.Visualization = &q.Chart
	}
	return d
}
