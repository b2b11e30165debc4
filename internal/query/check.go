package query

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

var measureName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// check tells why a question cannot be asked.
func (q Question) check() error {
	if len(q.Measures) == 0 {
		return errors.New("it has no measure")
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return fmt.Errorf("it ends at %s, not after its start at %s", q.To.Format(time.RFC3339), q.From.Format(time.RFC3339))
	}
	if q.timed() && (q.Grain < time.Second || q.Grain%time.Second != 0) {
		return fmt.Errorf("a grain of %s is not a number of seconds", q.Grain)
	}
	if q.Totals && (q.Limit == 0 || q.Per != nil) {
		return errors.New("totals go with a limit, and not with a limit per group")
	}
	if q.pairs() && q.bothEnds() {
		return errors.New("it is about pairs and about each of their ends")
	}
	if q.Offset < 0 || q.Offset > 0 && q.Limit == 0 {
		return errors.New("an offset goes with a limit")
	}
	if !q.Fresh.IsZero() && (len(q.Dimensions) == 0 || slices.Contains(q.Dimensions, Time)) {
		return errors.New("what is new is asked by dimensions, of which none is the time")
	}
	names := map[string]bool{}
	for i, m := range q.Measures {
		if names[m.Name] || !measureName.MatchString(m.Name) {
			return fmt.Errorf("measure name %q is not a plain word or occurs twice", m.Name)
		}
		names[m.Name] = true
		if !m.Of.isSum() && (len(m.Where) > 0 || q.Totals || len(q.Dimensions) == 0 || !q.Fresh.IsZero()) {
			return fmt.Errorf("measure %s is no sum, which goes with dimensions, no restriction, no totals and not with what is new", m.Name)
		}
		if m.Of.ago() > 0 && !slices.Contains(q.Dimensions, Time) {
			return fmt.Errorf("measure %s is of the intervals before, which goes with the time", m.Name)
		}
		if m.Of == Initiators && slices.ContainsFunc(q.Measures[:i], func(o Measure) bool { return o.Of == Initiators }) {
			return errors.New("it counts initiators twice")
		}
		for _, f := range m.Where {
			for _, d := range f.Dimensions {
				if columns[d].table != "" {
					return fmt.Errorf("measure %s is restricted by %s, which is not a column of the fact", m.Name, columns[d].name)
				}
			}
		}
	}
	for _, o := range q.Order {
		if o.Measure != "" && !names[o.Measure] {
			return fmt.Errorf("it is ordered by %q, which it does not measure", o.Measure)
		}
		if o.Measure == "" && !slices.Contains(q.Dimensions, o.Dimension) {
			return fmt.Errorf("it is ordered by %s, which it is not split by", columns[o.Dimension].name)
		}
	}
	if q.Per != nil {
		if len(q.Order) == 0 {
			return errors.New("it keeps the first rows of groups without an order")
		}
		for _, d := range q.Per.Dimensions {
			if !slices.Contains(q.Dimensions, d) {
				return fmt.Errorf("it keeps rows per %s, which it is not split by", columns[d].name)
			}
		}
	}
	if err := checkCondition(q.Where); err != nil {
		return err
	}
	for _, f := range q.filters() {
		if len(f.Values) == 0 {
			return errors.New("a filter lets nothing pass")
		}
		for _, v := range f.Values {
			if len(v) != len(f.Dimensions) {
				return fmt.Errorf("a filter over %d dimensions has %d values", len(f.Dimensions), len(v))
			}
		}
	}
	return nil
}
