package server

import (
	"bytes"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/zeebo/xxh3"
)

// notBuilt is what a browser sees where the binary was built without the page.
const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Weir: the page is not built</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em}</style>
<h1>The page is not built</h1>
<p>This binary was made without the web page. With Node.js installed, build it again from the source folder:</p>
<pre>make build</pre>
<p>The API works without the page: see <a href="/api/v1/openapi.json">its document</a> or <a href="/api/v1/status">the status</a>.</p>
</html>
`

// pageHandler serves the built page. Paths that are views of the page, not
// files, get its index.html, so that a view can be reloaded and shared.
func pageHandler(page fs.FS) http.Handler {
	var packed packedFiles
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, http.StatusMethodNotAllowed, fmt.Sprintf("%s can only be read, with GET.", r.URL.Path))
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if name == "" || path.Ext(name) == "" {
			name = "index.html"
		}
		if page == nil {
			if name != "index.html" {
				writeProblem(w, http.StatusNotFound, fmt.Sprintf("There is nothing at %s.", r.URL.Path))
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write([]byte(notBuilt))
			return
		}
		content, err := fs.ReadFile(page, name)
		if err != nil {
			writeProblem(w, http.StatusNotFound, fmt.Sprintf("There is nothing at %s.", r.URL.Path))
			return
		}
		if strings.HasPrefix(name, "assets/") {
			// Their names hold a hash of their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
			w.Header().Set("ETag", fmt.Sprintf(`W/"%016x"`, xxh3.Hash(content)))
		}
		h := w.Header()
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		if slices.Contains(packable, path.Ext(name)) && len(content) >= minPacked {
			h.Set("Vary", "Accept-Encoding")
			if acceptsGzip(r) {
				h.Set("Content-Encoding", "gzip")
				content = packed.of(name, content)
			}
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// packable are the kinds of file that compression makes much smaller.
var packable = []string{".html", ".js", ".css", ".svg", ".json", ".txt"}

// packedFiles keeps the files of the page compressed: each is compressed once,
// however many ask for it, and so as well as it can be.
type packedFiles struct{ byName sync.Map }

func (p *packedFiles) of(name string, content []byte) []byte {
	once, _ := p.byName.LoadOrStore(name, sync.OnceValue(func() []byte { return pack(content, gzip.BestCompression) }))
	return once.(func() []byte)()
}
