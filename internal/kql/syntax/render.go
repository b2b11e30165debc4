package syntax

import (
	"slices"
	"strings"
)

// charts are the kinds that render may ask for.
func charts() []string {
	return []string{
		"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart", "areachart",
		"stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "card", "treemap", "plotly", "graph", "sankey",
	}
}

// render is how the answer is to be drawn, which is read and left to who draws.
func (p *parser) render(op *Operator) error {
	if p.tok.kind != word || !slices.Contains(charts(), p.tok.text) {
		return p.unexpected("a kind of chart, such as timechart or table")
	}
	op.Items = []Expr{&Ident{At: At(op.Pos), Name: p.tok.text}}
	if err := p.advance(); err != nil {
		return err
	}
	if p.word("by") || p.tok.kind == word && p.peek().text == "=" {
		return Faultf(p.tok.pos, CodeUnsupported, "how a chart looks stands behind 'with': render timechart with (title='...')")
	}
	if ok, err := p.acceptWord("with"); err != nil || !ok {
		return err
	}
	if err := p.expect("("); err != nil {
		return err
	}
	op.Drawing = map[string]string{}
	for {
		more, err := p.property(op.Drawing)
		if err != nil {
			return err
		}
		if !more {
			return p.expect(")")
		}
	}
}

// property reads how one thing of a chart looks, and tells whether another one
// follows; a list of columns has commas too.
func (p *parser) property(into map[string]string) (more bool, err error) {
	known := []string{
		"title", "xtitle", "ytitle", "xcolumn", "ycolumns", "anomalycolumns", "series", "ymin", "ymax", "kind", "xaxis", "yaxis", "legend",
		"ysplit", "accumulate",
	}
	if p.tok.kind != word || !slices.Contains(known, p.tok.text) {
		return false, p.unexpected("what a chart can be told, such as title")
	}
	name := p.tok.text
	if err := p.advance(); err != nil {
		return false, err
	}
	if err := p.expect("="); err != nil {
		return false, err
	}
	if name == "kind" && !slices.Contains([]string{"default", "unstacked", "stacked", "stacked100", "map"}, p.tok.text) {
		return false, p.unexpected("default, unstacked, stacked, stacked100 or map")
	}
	if _, title := strings.CutSuffix(name, "title"); title && p.tok.kind != text {
		return false, p.unexpected("a text in quotes")
	}
	for comma := ""; ; comma = "," {
		value := p.tok
		if p.word("default") { // also where it is no name
			err = p.advance()
		} else {
			_, err = p.expr(0)
		}
		if err != nil {
			return false, err
		}
		if value.kind != text {
			value.text = p.lex.src[value.pos:p.last]
		}
		into[name] += comma + value.text
		if more, err = p.accept(","); err != nil || !more || p.tok.kind == word && p.peek().text == "=" {
			return more, err
		}
	}
}
