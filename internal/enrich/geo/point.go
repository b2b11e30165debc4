package geo

import (
	"errors"
	"strconv"
	"strings"
)

// Point is a place on the earth, in degrees; south and west are negative.
type Point struct{ Latitude, Longitude float64 }

// ParsePoint reads a latitude and a longitude with a comma between them.
func ParsePoint(s string) (Point, error) {
	var p Point
	north, east, two := strings.Cut(s, ",")
	if !two {
		return p, errors.New("is not LATITUDE, LONGITUDE in degrees, such as 52.37, 4.90")
	}
	for _, part := range []struct {
		text string
		to   *float64
		most float64
	}{{north, &p.Latitude, 90}, {east, &p.Longitude, 180}} {
		v, err := strconv.ParseFloat(strings.TrimSpace(part.text), 64)
		if err != nil || !(v >= -part.most && v <= part.most) { // also what is no number
			return Point{}, errors.New("is not a latitude from -90 to 90 and a longitude from -180 to 180")
		}
		*part.to = v
	}
	return p, nil
}
