package server

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// answerDoc is a whole answer, which can be sent more than once.
type answerDoc struct {
	status int
	header http.Header
	body   []byte
	packed func() []byte // the body compressed, once for all
}

// minPacked is the size in bytes from which compression is worth it.
const minPacked = 1 << 10

// newAnswerDoc records what a handler answers.
func newAnswerDoc(answer func(http.ResponseWriter)) *answerDoc {
	rec := recorder{header: http.Header{}}
	answer(&rec)
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	return docOf(rec.status, rec.header, rec.body.Bytes())
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func docOf(status int, header http.Header, body []byte) *answerDoc {
	return &answerDoc{status, header, body, sync.OnceValue(func() []byte { return pack(body, gzip.DefaultCompression) })}
}

// pack compresses; the level is one of the constants of gzip, so that there is
// no error.
func pack(content []byte, level int) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, level)
	_, _ = z.Write(content)
	_ = z.Close()
	return b.Bytes()
}

// busyDoc sends who asked away for a moment.
func busyDoc(why string) *answerDoc {
	return newAnswerDoc(func(w http.ResponseWriter) { writeBusy(w, why) })
}

// send answers a request; a tag, where there is one, goes with a good answer only.
func (d *answerDoc) send(w http.ResponseWriter, r *http.Request, tag string) {
	h := w.Header()
	for name, values := range d.header {
		h[name] = values
	}
	if tag != "" && d.status == http.StatusOK {
		h.Set("ETag", tag)
	}
	body := d.body
	if len(body) >= minPacked {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = d.packed()
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(d.status)
	_, _ = w.Write(body) // who went away needs no answer
}

// acceptsGzip tells whether the peer reads gzip (RFC 9110 section 12.5.3).
func acceptsGzip(r *http.Request) bool {
	for each := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(each, ";")
		if name = strings.TrimSpace(name); name != "gzip" && name != "*" {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		if value, err := strconv.ParseFloat(q, 64); !found || err == nil && value > 0 {
			return true
		}
	}
	return false
}
