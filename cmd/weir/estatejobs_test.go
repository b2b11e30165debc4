package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"weir/internal/config"
	"weir/internal/service"
	"weir/internal/store/duckdb"
	"weir/internal/topology/azure"
)

// resourceManager answers about service tags as Resource Manager does, and about
// all else as another does.
type resourceManager struct {
	policy.Transporter
	change atomic.Int64 // of the service tags; 0: who asks may not read them
}

func (m *resourceManager) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/subscriptions/s1/providers/Microsoft.Network/locations/westeurope/serviceTags") {
		return m.Transporter.Do(r)
	}
	status, body := http.StatusForbidden, `{"error":{"code":"AuthorizationFailed","message":"no"}}`
	if n := m.change.Load(); n > 0 {
		status = http.StatusOK
		body = fmt.Sprintf(`{"changeNumber":"%d","cloud":"Public","values":[{"name":"Storage","id":"Storage","properties":{"addressPrefixes":["20.0.%d.0/24"]}}]}`, n, n)
	}
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestEstateJobs keeps the estate and the service tags fresh by the clock: what is
// new is known at once, and what fails is told and tried again.
func TestEstateJobs(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	c.Topology = config.Topology{Sync: 50 * time.Millisecond, ServiceTags: 50 * time.Millisecond}
	a := newApp(strings.NewReader(""), io.Discard, io.Discard)
	l, err := a.openLocal(t.Context(), c, duckdb.Options{Command: "a test", Interval: c.Interval})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	k, err := l.keeper(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	manager := &resourceManager{Transporter: estate("")}
	manager.change.Store(7)
	options := azure.Options{
		Credential: func(string) (azcore.TokenCredential, error) { return &azfake.TokenCredential{}, nil },
		Client:     arm.ClientOptions{ClientOptions: policy.ClientOptions{Transport: manager, Retry: policy.RetryOptions{RetryDelay: time.Millisecond}}},
	}
	var log bytes.Buffer
	jobs := estateJobs(c.Topology, k, options, slog.New(slog.NewTextHandler(&log, nil)))
	var r service.Runner
	for _, j := range jobs {
		j.Again = 10 * time.Millisecond
		r.Add(j)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()

	tags := func() (out []int) {
		versions, err := k.ServiceTags(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			out = append(out, v.ChangeNumber)
		}
		return out
	}
	waitUntil(t, "both are known", func() bool {
		snapshots, _ := k.Snapshots(t.Context())
		return len(snapshots) == 1 && fmt.Sprint(tags()) == "[7]" && r.States()[0].Runs > 2 && r.States()[1].Runs > 2
	})
	manager.change.Store(0)
	waitUntil(t, "the failure is told", func() bool { return r.States()[1].Failures > 1 })
	if text := r.States()[1].Error; !strings.Contains(text, "cannot read the service tags of Azure: the credential may not read it: give it the role Reader") {
		t.Errorf("the error is %q", text)
	}
	manager.change.Store(8)
	waitUntil(t, "the new tags are known", func() bool { return fmt.Sprint(tags()) == "[8]" || fmt.Sprint(tags()) == "[7 8]" })
	stop()
	<-ended
	snapshots, err := k.Snapshots(t.Context())
	if err != nil || len(snapshots) != 1 || snapshots[0].Source != "Azure Resource Graph" || snapshots[0].Partial {
		t.Errorf("%d snapshots, %+v, error %v: what says nothing new is only noted", len(snapshots), snapshots, err)
	}
	if text := log.String(); strings.Count(text, "took an inventory") != 1 || strings.Count(text, "there are new service tags") != 2 {
		t.Errorf("the log says:\n%s", text)
	}
	if len(estateJobs(config.Topology{}, k, options, slog.New(slog.DiscardHandler))) > 0 {
		t.Error("there are jobs that nobody configured")
	}
}
