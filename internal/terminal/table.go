package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Align is the side of a column at which its cells stand.
type Align bool

// The sides of a column.
const (
	Left  Align = false
	Right Align = true
)

// Grid is a table whose columns are as wide as their widest cell.
type Grid struct {
	heads  []string
	aligns []Align
	widths []int
	rows   [][]string
	begun  bool // whether the heads were written
}

// NewTable returns a table without columns.
func NewTable() *Grid { return &Grid{} }

// Column adds a column.
func (g *Grid) Column(head string, a Align) *Grid {
	head = Printable(head)
	g.heads = append(g.heads, head)
	g.aligns = append(g.aligns, a)
	g.widths = append(g.widths, utf8.RuneCountInString(head))
	return g
}

// Row adds a row with one cell for each column.
func (g *Grid) Row(cells ...string) {
	for i, c := range cells {
		cells[i] = Printable(c)
		g.widths[i] = max(g.widths[i], utf8.RuneCountInString(cells[i]))
	}
	g.rows = append(g.rows, cells)
}

// Flush writes the rows that were added since the last Flush, and before the
// first of them the heads. Columns never become narrower.
func (g *Grid) Flush(w io.Writer) error {
	var b strings.Builder
	if !g.begun {
		g.begun = true
		g.line(&b, g.heads)
		rules := make([]string, len(g.heads))
		for i, n := range g.widths {
			rules[i] = strings.Repeat("-", n)
		}
		g.line(&b, rules)
	}
	for _, r := range g.rows {
		g.line(&b, r)
	}
	g.rows = g.rows[:0]
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("cannot write the answer: %w", err)
	}
	return nil
}

func (g *Grid) line(b *strings.Builder, cells []string) {
	var l strings.Builder
	for i, c := range cells {
		if i > 0 {
			l.WriteString("  ")
		}
		pad := strings.Repeat(" ", g.widths[i]-utf8.RuneCountInString(c))
		if g.aligns[i] == Right {
			l.WriteString(pad + c)
		} else {
			l.WriteString(c + pad)
		}
	}
	b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
}
