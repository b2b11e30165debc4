package loganalytics

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

const (
	// maxBatch is how many questions one batch holds.
	maxBatch = 100
	// maxBatchContent bounds them together, in bytes.
	maxBatchContent = 2 << 20
)

// batch is several questions in one request.
type batch struct {
	Requests []struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    body              `json:"body"`
	} `json:"requests"`
}

// batchTop is the place of one answer in that of a batch.
type batchTop struct {
	w  io.Writer
	id string
}

func (t *batchTop) begin(f *fault) {
	status := http.StatusOK
	if f != nil {
		status = f.status
	}
	id, _ := json.Marshal(t.id) // text has no error
	headers := `{"Content-Type":"application/json; charset=utf-8"}`
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		headers = fmt.Sprintf(`{"Retry-After":%q}`, strconv.Itoa(int(retryAfter.Seconds())))
	}
	_, _ = fmt.Fprintf(t.w, `{"id":%s,"status":%d,"headers":%s,"body":`, id, status, headers)
	if f != nil {
		_, _ = t.w.Write(f.text())
	}
}

// Write implements io.Writer.
func (t *batchTop) Write(b []byte) (int, error) { return t.w.Write(b) }

func (t *batchTop) end() { _, _ = io.WriteString(t.w, "}") }

// serveBatch answers the questions of a batch, one after the other.
func (h *Handler) serveBatch(w http.ResponseWriter, r *http.Request) {
	var b batch
	if f := h.content(w, r, maxBatchContent, &b); f != nil {
		writeFault(w, f)
		return
	}
	if n := len(b.Requests); n == 0 || n > maxBatch {
		writeFault(w, badArgument("InvalidBatch", fmt.Sprintf("There are %d requests in the batch: send 1 to %d", n, maxBatch)))
		return
	}
	turn, f := h.queues.take(r.Context(), h.client(r), maxWait)
	if f != nil {
		writeFault(w, f)
		return
	}
	defer turn()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(w, `{"responses":[`)
	for i, each := range b.Requests {
		if r.Context().Err() != nil {
			return
		}
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		var prefer []string
		for name, value := range each.Headers {
			if http.CanonicalHeaderKey(name) == "Prefer" {
				prefer = append(prefer, value)
			}
		}
		out := newAnswer(&batchTop{w: w, id: each.ID})
		switch q, f := newQuestion(each.Body, prefer); {
		case each.Method != "" && each.Method != http.MethodPost || each.Path != "" && each.Path != "/query":
			out.fail(badArgument("InvalidBatch", fmt.Sprintf("%s %s cannot be in a batch: only POST /query can", each.Method, each.Path)))
		case f != nil:
			out.fail(f)
		default:
			h.answer(r.Context(), q, out)
		}
		out.end()
	}
	_, _ = io.WriteString(w, "]}")
}
