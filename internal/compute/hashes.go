package compute

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// hashes are functions that make a number of what may be long. Kusto's hash is
// XXH64 with the seed 0, of the UTF-8 of a text and of the eight bytes of a
// number.
func hashes(name string) Func {
	switch name {
	case "hash_text":
		return func(c *Call) Value { return hashed(c, []byte(c.text(0))) }
	case "hash_long":
		return func(c *Call) Value {
			n, _ := c.number(0)
			return hashed(c, binary.LittleEndian.AppendUint64(nil, uint64(n)))
		}
	case "hash_bool":
		return func(c *Call) Value {
			n, _ := c.number(0)
			return hashed(c, []byte{byte(n)})
		}
	case "hash_int":
		return func(c *Call) Value {
			n, _ := c.number(0)
			return hashed(c, binary.LittleEndian.AppendUint32(nil, uint32(n)))
		}
	case "hash_real":
		return func(c *Call) Value {
			f, _ := strconv.ParseFloat(c.text(0), 64)
			return hashed(c, binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))
		}
	}
	return nil
}

// hashed returns the hash, or its remainder by the second argument.
func hashed(c *Call, data []byte) Value {
	h := int64(xxh64(data))
	if len(c.Args) == 1 {
		return whole(h)
	}
	by, ok := c.number(1)
	if !ok || by <= 0 {
		return Null()
	}
	return whole((h%by + by) % by)
}

// The primes of XXH64.
const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

func round64(acc, lane uint64) uint64 {
	return bits.RotateLeft64(acc+lane*prime2, 31) * prime1
}

// xxh64 is the XXH64 digest with the seed 0.
func xxh64(data []byte) uint64 {
	n := uint64(len(data))
	h := prime5
	if len(data) >= 32 {
		p1 := prime1 // sums of constants that wrap have to be variables
		lanes := [4]uint64{p1 + prime2, prime2, 0, -p1}
		for len(data) >= 32 {
			for i := range lanes {
				lanes[i] = round64(lanes[i], binary.LittleEndian.Uint64(data[8*i:]))
			}
			data = data[32:]
		}
		h = bits.RotateLeft64(lanes[0], 1) + bits.RotateLeft64(lanes[1], 7) + bits.RotateLeft64(lanes[2], 12) + bits.RotateLeft64(lanes[3], 18)
		for _, lane := range lanes {
			h = (h^round64(0, lane))*prime1 + prime4
		}
	}
	h += n
	for ; len(data) >= 8; data = data[8:] {
		h = bits.RotateLeft64(h^round64(0, binary.LittleEndian.Uint64(data)), 27)*prime1 + prime4
	}
	if len(data) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(data))*prime1, 23)*prime2 + prime3
		data = data[4:]
	}
	for _, b := range data {
		h = bits.RotateLeft64(h^uint64(b)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}
