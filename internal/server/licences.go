package server

import (
	"net/http"
	"runtime/debug"

	"weir/internal/licences"
)

// licenceTexts answers with the licence of everything inside the binary.
func licenceTexts(w http.ResponseWriter, _ *http.Request) {
	list, err := licences.Embedded()
	if err != nil {
		writeProblem(w, http.StatusNotFound, err.Error())
		return
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		list = licences.Of(info, list)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_ = licences.WriteTexts(w, list) // a reader that has gone wants no error
}
