package azblob

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source/azuritetest"
)

// softDelete answers as the account does, but that blobs of one NIC are listed as
// deleted where one asks for them, or that one may not ask.
type softDelete struct {
	nic     string
	refuses bool
	asked   int
}

func (d *softDelete) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil || !strings.Contains(r.URL.Query().Get("include"), "deleted") {
		return answer, err
	}
	d.asked++
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	if d.refuses {
		answer.StatusCode = http.StatusBadRequest
		text = []byte(`<?xml version="1.0"?><Error><Code>InvalidQueryParameterValue</Code><Message>no</Message></Error>`)
	}
	text = bytes.ReplaceAll(text, []byte(d.nic+"/PT1H.json</Name>"), []byte(d.nic+"/PT1H.json</Name><Deleted>true</Deleted>"))
	answer.Header.Set("Content-Length", strconv.Itoa(len(text)))
	answer.ContentLength, answer.Body = int64(len(text)), io.NopCloser(bytes.NewReader(text))
	return answer, nil
}

// TestDeleted counts blobs that could be brought back, reads the others, and does
// not need that what is deleted can be listed.
func TestDeleted(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, Containers()[0])
	day := time.Now().UTC().Add(-48 * time.Hour)
	kept, gone := logged("L", day, "1"), logged("L", day, "2")
	account.Log(t, container, kept).Append(t, "x")
	account.Log(t, container, gone).Append(t, "x")
	soft := &softDelete{nic: "macAddress=2"}
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, transport: soft})
	read := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, short(account, container, list(t, a.History(time.Time{})))); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
	}
	read(kept)
	if got, want := a.State().Containers[0].Deleted, (NotReadable{1, gone}); got != want {
		t.Errorf("deleted are %+v, want %+v", got, want)
	}
	soft.nic = "none" // it was brought back
	read(kept, gone)
	if got := a.State().Containers[0].Deleted; got != (NotReadable{}) {
		t.Errorf("deleted are still %+v", got)
	}
	soft.refuses, soft.asked = true, 0
	read(kept, gone)
	read(kept, gone)
	if soft.asked != 1 {
		t.Errorf("it was asked %d times for what it does not tell", soft.asked)
	}
}
