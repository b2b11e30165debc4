package geo

import "testing"

func TestParsePoint(t *testing.T) {
	f := func(text string, want Point, good bool) {
		t.Helper()
		if got, err := ParsePoint(text); got != want || (err == nil) != good {
			t.Errorf("ParsePoint(%q) = %v, %v", text, got, err)
		}
	}
	f("52.37, 4.90", Point{52.37, 4.9}, true)
	f("-33.9,151", Point{-33.9, 151}, true)
	f(" 90 , -180 ", Point{90, -180}, true)
	for _, bad := range []string{"", "52.37", "52.37 4.90", "90.1, 0", "0, 181", "NaN, 0", "0, Inf", "north, east", "1, 2, 3"} {
		f(bad, Point{}, false)
	}
}
