package config

import (
	"errors"
	"fmt"
)

// Machine is what there is for the engine of the store, in bytes.
type Machine struct {
	Memory int64 // of the machine, or of the container where that has less; 0: not known
	Free   int64 // on the disk of the store
}

const (
	// leastMemory is with how much memory every question of ours is answered,
	// whatever is stored.
	leastMemory Size = 512 << 20
	// mostSpill is what questions spill where the configuration says nothing.
	mostSpill Size = 10 << 30
	megabyte  Size = 1 << 20
)

// Auto is the size that follows the machine.
const Auto Size = -1

// parseMemory reads how much memory the engine may use.
func parseMemory(s string) (any, error) {
	if s == Auto.String() {
		return Auto, nil
	}
	n, err := parseSize(s)
	switch {
	case err != nil:
		return nil, errors.New("is neither auto nor a size such as 2GB")
	case n.(Size) < leastMemory:
		return nil, fmt.Errorf("is less than %s, with which every question can be answered", leastMemory)
	}
	return n, nil
}

// parseSpill reads how much of the disk questions may use.
func parseSpill(s string) (any, error) {
	switch s {
	case Auto.String():
		return Auto, nil
	case "0":
		return Size(0), nil
	}
	n, err := parseSize(s)
	if err == nil && n.(Size) < megabyte {
		err = errors.New("too little for the engine to count")
	}
	if err != nil {
		return nil, errors.New("is neither auto, 0 for none, nor a size such as 10GB")
	}
	return n, nil
}

// MemoryOn returns how much memory the engine may use on a machine: what is
// configured, or a quarter of what there is, at least 512MB, but never more
// than half.
func (c *Config) MemoryOn(m Machine) Size {
	if c.Memory != Auto {
		return c.Memory
	}
	there := Size(m.Memory)
	if there <= 0 {
		return leastMemory
	}
	return min(max(there/4, leastMemory), there/2) / megabyte * megabyte
}

// SpillOn returns how much of the disk questions may use on a machine: what is
// configured, or 10GB, but no more than half of what is free.
func (c *Config) SpillOn(m Machine) Size {
	if c.Spill != Auto {
		return c.Spill
	}
	return min(mostSpill, Size(m.Free)/2) / megabyte * megabyte
}

// checkMemory tells what is configured and is not there.
func (c *Config) checkMemory(m Machine) error {
	if there := Size(m.Memory); c.Memory != Auto && there > 0 && c.Memory > there {
		return fmt.Errorf("memory: %s is more than this machine has, or lets us have: %s; auto is %s", c.Memory, there/megabyte*megabyte, (&Config{Memory: Auto}).MemoryOn(m))
	}
	return nil
}
