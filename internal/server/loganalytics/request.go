package loganalytics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
)

const (
	// maxContent bounds a question: a text of the greatest length, each of its
	// characters escaped, and what stands beside it.
	maxContent = 6*syntax.MaxText + 64<<10
	// contentTime is how long a question may take to arrive.
	contentTime = 30 * time.Second

	defaultWait = 180 * time.Second
	maxWait     = 600 * time.Second
)

// question is what one query asks.
type question struct {
	text       string
	options    kql.Options
	began      time.Time
	wait       time.Duration
	statistics bool
	render     bool
}

// body is what is sent of a question. What else clients send says nothing new:
// every workspace and every resource is the one store, and the times that
// Grafana repeats are those of the timespan.
type body struct {
	Query    string `json:"query"`
	Timespan string `json:"timespan"`
}

// read reads the question of a request.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*question, *fault) {
	if r.Method == http.MethodGet {
		values := r.URL.Query()
		return newQuestion(body{values.Get("query"), values.Get("timespan")}, r.Header.Values("Prefer"))
	}
	var b body
	if f := h.content(w, r, maxContent, &b); f != nil {
		return nil, f
	}
	return newQuestion(b, r.Header.Values("Prefer"))
}

// content reads what a request holds.
func (h *Handler) content(w http.ResponseWriter, r *http.Request, most int64, into any) *fault {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return newFault(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
			fmt.Sprintf("The content is of type %q: send JSON, with Content-Type: application/json", r.Header.Get("Content-Type")))
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(h.contentTime))
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	// From here on reading is how net/http sees that a client goes away.
	_ = control.SetReadDeadline(time.Time{})
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return newFault(http.StatusRequestEntityTooLarge, "RequestTooLarge", fmt.Sprintf("The content is longer than %d bytes", most))
	case err != nil:
		return newFault(http.StatusRequestTimeout, "RequestTimeout", "The content did not arrive: "+err.Error())
	}
	if err := json.Unmarshal(text, into); err != nil {
		return badArgument("InvalidJsonBody", "The content cannot be read as JSON: "+err.Error())
	}
	return nil
}

// newQuestion reads what a client wants to know, and how.
func newQuestion(b body, prefer []string) (*question, *fault) {
	q := &question{text: b.Query, began: time.Now(), wait: defaultWait}
	if strings.TrimSpace(q.text) == "" {
		return nil, badArgument("MissingQuery", `There is no query: give one as "query", such as NTANetAnalytics | take 10`)
	}
	q.options.Now = q.began.UTC()
	if b.Timespan != "" {
		var err error
		if q.options.From, q.options.Until, err = kql.Timespan(b.Timespan, q.options.Now); err != nil {
			return nil, badArgument("InvalidTimespan", err.Error())
		}
	}
	for word := range strings.FieldsFuncSeq(strings.Join(prefer, ","), func(r rune) bool { return r == ',' || r == ';' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "include-statistics":
			q.statistics = strings.EqualFold(value, "true")
		case "include-render":
			q.render = strings.EqualFold(value, "true")
		case "wait":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				q.wait = min(time.Duration(min(n, int(maxWait/time.Second)))*time.Second, maxWait)
			}
		}
	}
	return q, nil
}
