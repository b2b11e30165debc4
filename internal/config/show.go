package config

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"weir/internal/enrich/threat"
)

// Show writes the configuration as a file that means the same, each key with
// where its value came from, and what auto is on a machine.
func (c *Config) Show(w io.Writer, m Machine) error {
	var b strings.Builder
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if key == "" {
			continue
		}
		origin := c.Origin(key)
		value := v.Field(i).Interface()
		if key == "interval" && c.Interval == 0 {
			value, origin = c.NewInterval(), "default for a new store; an old one keeps its own"
		}
		if on := map[string]Size{"memory": c.MemoryOn(m), "spill": c.SpillOn(m)}; value == Auto {
			origin += ", here " + on[key].String()
		}
		show(&b, "", key, reflect.ValueOf(value), " # "+origin)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// show writes a key with its value, however deep that is. What is not said in
// an item of a list has its default and is left out.
func show(b *strings.Builder, indent, key string, v reflect.Value, comment string) {
	switch v.Kind() {
	case reflect.Struct:
		fmt.Fprintf(b, "%s%s:%s\n", indent, key, comment)
		showFields(b, indent+"  ", v, false)
	case reflect.Slice:
		if v.Len() == 0 {
			fmt.Fprintf(b, "%s%s: []%s\n", indent, key, comment)
			return
		}
		fmt.Fprintf(b, "%s%s:%s\n", indent, key, comment)
		for i := range v.Len() {
			if v.Index(i).Kind() != reflect.Struct {
				fmt.Fprintf(b, "%s  - %s\n", indent, scalarText(v.Index(i).Interface()))
				continue
			}
			var item strings.Builder
			showFields(&item, indent+"    ", v.Index(i), true)
			fmt.Fprintf(b, "%s  - %s", indent, strings.TrimPrefix(item.String(), indent+"    "))
		}
	case reflect.Map:
		if v.Len() == 0 {
			fmt.Fprintf(b, "%s%s: {}%s\n", indent, key, comment)
			return
		}
		fmt.Fprintf(b, "%s%s:%s\n", indent, key, comment)
		texts := v.Interface().(map[string]string)
		for _, k := range slices.Sorted(maps.Keys(texts)) {
			fmt.Fprintf(b, "%s  %s: %s\n", indent, scalarText(k), scalarText(texts[k]))
		}
	default:
		fmt.Fprintf(b, "%s%s: %s%s\n", indent, key, scalarText(v.Interface()), comment)
	}
}

func showFields(b *strings.Builder, indent string, v reflect.Value, short bool) {
	if f, ok := v.Interface().(Feed); ok {
		f.Headers, f.Location = f.shownHeaders(), threat.ShownLocation(f.Location)
		v = reflect.ValueOf(f)
	}
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if key == "" || short && (v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Map && v.Field(i).Len() == 0) {
			continue
		}
		show(b, indent, key, v.Field(i), "")
	}
}

// scalarText writes a value so that it reads back as the same.
func scalarText(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return short(v)
	case slog.Level:
		return strings.ToLower(v.String())
	case string:
		if plain(v) {
			return v
		}
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// plain tells whether YAML reads the text back as it is, without quotes.
func plain(s string) bool {
	var back any
	err := yaml.Unmarshal([]byte("- "+s+" # end"), &back)
	return err == nil && reflect.DeepEqual(back, []any{s})
}
