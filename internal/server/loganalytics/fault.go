package loganalytics

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"weir/internal/kql/syntax"
	"weir/internal/store"
)

// retryAfter is when who was sent away may come back.
const retryAfter = 2 * time.Second

// fault is why there is no answer, or not all of it. Clients show the innermost
// message.
type fault struct {
	status      int
	correlation string
	detail      detail
}

// detail is a part of a fault as it is sent.
type detail struct {
	Message       string   `json:"message"`
	Code          string   `json:"code"`
	CorrelationID string   `json:"correlationId,omitempty"`
	Line          int      `json:"line,omitempty"`
	Pos           *int     `json:"pos,omitempty"`
	Token         string   `json:"token,omitempty"`
	Severity      int      `json:"severity,omitempty"`
	SeverityName  string   `json:"severityName,omitempty"`
	Inner         *detail  `json:"innererror,omitempty"`
	Details       []detail `json:"details,omitempty"`
}

func newFault(status int, code, message string) *fault {
	var id [16]byte
	_, _ = rand.Read(id[:])
	text := hex.EncodeToString(id[:])
	f := &fault{status: status, correlation: strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")}
	f.detail = detail{Message: message, Code: code, CorrelationID: f.correlation}
	return f
}

// badArgument is a fault of who asks; why is the innermost part.
func badArgument(code, why string) *fault {
	f := newFault(http.StatusBadRequest, "BadArgumentError", "The request had some invalid properties")
	f.detail.Inner = &detail{Code: code, Message: why}
	return f
}

func notFound(path string) *fault {
	return newFault(http.StatusNotFound, "PathNotFoundError",
		fmt.Sprintf("There is nothing at %s: queries are asked at /v1/workspaces/ID/query, /v1/subscriptions/.../query and /v1/$batch", path))
}

func notAllowed(method, allow string) *fault {
	return newFault(http.StatusMethodNotAllowed, "MethodNotAllowed", fmt.Sprintf("%s is not known here: use %s", method, allow))
}

// faultOf says what an error is for who asked q.
func faultOf(ctx context.Context, err error, q *question) *fault {
	var known *fault
	var text *syntax.Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &text):
		return queryFault(text, q.text)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return newFault(http.StatusGatewayTimeout, "GatewayTimeout",
			fmt.Sprintf("The query was not answered within %s: ask for less, or wait longer with Prefer: wait=SECONDS, %d at most", q.wait, int(maxWait/time.Second)))
	case ctx.Err() != nil:
		return newFault(http.StatusServiceUnavailable, "ServiceUnavailable", "The query was given up before it was answered. Ask again in a moment.")
	case errors.Is(err, store.ErrMemory):
		return badArgument("MemoryLimit", firstLine(err))
	case errors.Is(err, store.ErrReadOnlySQL):
		return badArgument("QueryLimit", "The query is too long when it is written out: use fewer functions and columns, or smaller tables in it")
	}
	return badArgument("ExecutionError", firstLine(err))
}

// Error makes a fault an error.
func (f *fault) Error() string { return f.detail.Code + ": " + f.detail.Message }

// firstLine leaves out where in the generated SQL something is, which helps nobody.
func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nLINE ")
	return text
}

// queryFault says what is wrong with a text, in the words of the service as far
// as clients read them, then in ours.
func queryFault(f *syntax.Fault, text string) *fault {
	pos := f.Column - 1
	inner := &detail{Code: f.Code, Message: f.Message, Line: f.Line, Pos: &pos, Token: tokenAt(text, f.Pos)}
	outer := &detail{Code: "SemanticError", Message: "A semantic error occurred.", Inner: inner}
	if f.Code == syntax.CodeSyntax {
		outer.Code, outer.Message = "SyntaxError", "A recognition error occurred in the query."
		inner.Message = fmt.Sprintf("Query could not be parsed at '%s' on line [%d,%d]: %s", inner.Token, f.Line, pos, f.Message)
	}
	result := badArgument("", "")
	result.detail.Inner = outer
	return result
}

// tokenAt returns the word that stands at a place of the text, empty at its end.
func tokenAt(text string, at int) string {
	if at < 0 || at >= len(text) {
		return ""
	}
	rest := text[at:]
	isWord := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	end := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) })
	switch {
	case end < 0:
		return rest
	case end == 0:
		_, size := utf8.DecodeRuneInString(rest)
		return rest[:size]
	}
	return rest[:end]
}

// Refuse answers who may not ask at all.
func Refuse(w http.ResponseWriter, status int, why string) {
	code := map[int]string{http.StatusUnauthorized: "AuthorizationRequiredError", http.StatusForbidden: "InsufficientAccessError", http.StatusTooManyRequests: "TooManyRequests"}[status]
	writeFault(w, newFault(status, code, why))
}

// writeFault answers a request with a fault.
func writeFault(w http.ResponseWriter, f *fault) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if (f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable) && h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(f.text()) // who went away needs no answer
}

// text is a fault as JSON.
func (f *fault) text() []byte {
	text, _ := json.Marshal(struct { // nothing in it has an error
		Error detail `json:"error"`
	}{f.detail})
	return text
}

// partial makes of a fault what stands beside the rows that there are.
func (f *fault) partial() detail {
	inner := f.detail
	inner.CorrelationID = ""
	if inner.Inner == nil {
		inner.Inner = &detail{Code: f.detail.Code, Message: f.detail.Message}
	}
	innermost := inner.Inner
	innermost.Severity, innermost.SeverityName = 2, "Error"
	return detail{
		Code: "PartialError", Message: "There were some errors when processing your query.", CorrelationID: f.correlation,
		Details: []detail{inner},
	}
}
