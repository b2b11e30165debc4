package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// gcPercent is how much garbage, measured by what is alive, starts a
// collection. Most that is alive are a few large batches without pointers:
// they cost the collector nothing, but should not double the memory.
const gcPercent = 25

// goMemory bounds the memory of all but the engine of the store, which has a
// bound of its own, and what is known: near it garbage is collected more
// often. Only records of hundreds of thousands of tuples come near.
const goMemory = 256 << 20

// boundMemory keeps the process small, unless the environment says otherwise.
func boundMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(goMemory)
	}
}

// makeRoom moves the bound by what has just been read to stay: a million
// indicators would else leave the collector no room to work in.
func makeRoom() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetMemoryLimit(goMemory + int64(m.HeapAlloc))
}
