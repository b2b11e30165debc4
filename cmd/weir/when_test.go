package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/server/access"
)

func TestWhen(t *testing.T) {
	end := time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)
	atEnd := func(context.Context) (time.Time, error) { return end, nil }
	good := func(text string, want time.Time) {
		t.Helper()
		got, err := when(context.Background(), text, atEnd)
		if err != nil || !got.Equal(want) {
			t.Errorf("when(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	good("", time.Time{})
	good("2026-11-01", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	good("2026-11-01T12:30", time.Date(2026, 11, 1, 12, 30, 0, 0, time.UTC))
	good("2026-11-01 12:30:59", time.Date(2026, 11, 1, 12, 30, 59, 0, time.UTC))
	good("2026-11-01T12:30:00+02:00", time.Date(2026, 11, 1, 10, 30, 0, 0, time.UTC))
	good("-6h", end.Add(-6*time.Hour))
	good("-1d12h", end.Add(-36*time.Hour))
	good("-2w", end.AddDate(0, 0, -14))
	good("-90m", end.Add(-90*time.Minute))

	bad := func(text string) {
		t.Helper()
		if got, err := when(context.Background(), text, atEnd); err == nil {
			t.Errorf("when(%q) = %v, want an error", text, got)
		}
	}
	for _, text := range []string{
		"yesterday", "6h", "-", "-6", "-h", "-6x", "-6hx", "-x6h", "--6h", "-6h 3m", "-0h",
		"-99999999999999999999h", "-999999999w", "2026-13-01", "2026-11-01T25:00", "1h",
	} {
		bad(text)
	}

	gone := errors.New("gone")
	if _, err := when(context.Background(), "-6h", func(context.Context) (time.Time, error) { return end, gone }); !errors.Is(err, gone) {
		t.Errorf("the end of the data could not be read, and the error is %v", err)
	}
}

func TestOneLine(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := oneLine(in); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", in, got, want)
		}
	}
	f("plain", "plain")
	f("first\n\n  second\r\nthird\n", "first; second; third")
	f("a \x1b[31mred\x1b[0m name", `a \x1b[31mred\x1b[0m name`)
}

func TestCheckReach(t *testing.T) {
	none, some := t.TempDir(), t.TempDir()
	if _, err := access.Create(some, "somebody", time.Now(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	f := func(listen string, remote bool) {
		t.Helper()
		check := func(data, certificate string, tokens config.Tokens, allow, want bool) {
			t.Helper()
			c := config.Default()
			c.Listen, c.Data, c.TLS.Certificate, c.Tokens = listen, data, certificate, tokens
			if err := checkReach(c, allow); (err == nil) != want {
				t.Errorf("checkReach(%s, data %q, certificate %q, tokens %s, allowed %v) = %v", listen, data, certificate, tokens, allow, err)
			}
		}
		check(none, "", config.TokensRemote, false, !remote)
		check(none, "", config.TokensRemote, true, !remote)
		check(none, "c.pem", config.TokensRemote, false, !remote)
		check(some, "", config.TokensRemote, false, !remote)
		check(some, "", config.TokensRemote, true, true)
		check(some, "c.pem", config.TokensRemote, false, true)
		check(none, "c.pem", config.TokensAlways, true, false)
		check(some, "c.pem", config.TokensAlways, false, true)
	}
	f("127.0.0.1:8750", false)
	f("127.1.2.3:0", false)
	f("[::1]:8750", false)
	f("localhost:8750", false)
	f("0.0.0.0:8750", true)
	f("[::]:8750", true)
	f(":8750", true)
	f("192.0.2.1:8750", true)
	f("localhost.example:8750", true)
}
