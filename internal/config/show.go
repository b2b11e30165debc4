package config

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Show writes the configuration as a file that means the same, each key with
// where its value came from.
func (c *Config) Show(w io.Writer) error {
	var b strings.Builder
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if key == "" {
			continue
		}
		if key == "sources" {
			c.showSources(&b)
			continue
		}
		origin := c.Origin(key)
		value := v.Field(i).Interface()
		if key == "interval" && c.Interval == 0 {
			value, origin = c.NewInterval(), "default for a new store; an old one keeps its own"
		}
		fmt.Fprintf(&b, "%s: %s # %s\n", key, scalarText(value), origin)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Config) showSources(b *strings.Builder) {
	if len(c.Sources) == 0 {
		fmt.Fprintf(b, "sources: [] # %s\n", c.Origin("sources"))
		return
	}
	fmt.Fprintf(b, "sources: # %s\n", c.Origin("sources"))
	for _, s := range c.Sources {
		fmt.Fprintf(b, "  - folder: %s\n", scalarText(s.Folder))
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
