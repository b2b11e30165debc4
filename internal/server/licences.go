package server

import (
	"net/http"
	"sync"

	"weir/internal/licences"
)

// licenceTexts answers with the licence of everything inside the binary, which
// is put together when first asked for.
func licenceTexts() http.HandlerFunc {
	doc := sync.OnceValue(func() *answerDoc { return newAnswerDoc(writeLicences) })
	return func(w http.ResponseWriter, r *http.Request) { doc().send(w, r, "") }
}

func writeLicences(w http.ResponseWriter) {
	list, err := licences.OfThisBinary()
	if err != nil {
		writeProblem(w, http.StatusNotFound, err.Error())
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_ = licences.WriteTexts(w, list) // to memory
}
