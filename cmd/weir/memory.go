package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"weir/internal/config"
)

const (
	// gcPercent is how much garbage, measured by what is alive, starts a
	// collection. Most that is alive are a few large batches without pointers:
	// they cost the collector nothing, but should not double the memory.
	gcPercent = 25
	// working is how much of what is known doubles the collections: with a
	// smaller one they would cost more than the memory is worth.
	working = 384 << 20
	// room is what is needed at least, beside what is known.
	room = 96 << 20
	// goMemory bounds the memory of all but the engine of the store, which has
	// a bound of its own, and what is known: near it garbage is collected more
	// often. Only records of hundreds of thousands of tuples come near.
	goMemory = 224 << 20
	// program is what the program itself takes of the memory of a container,
	// beside the engine of the store, which takes a quarter more than it counts.
	program = 80 << 20
	// ingestMemoryMB bounds the memory of the engine in weir ingest, which has no
	// questions and no inventories to need more, and is to be small.
	ingestMemoryMB = 120
)

// memory is by what garbage is collected.
type memory struct {
	percent int   // how much garbage, measured by what is alive, starts a collection
	limit   int64 // near which it is collected more often, in bytes
}

// memoryFor returns what suits a process that keeps some memory for what is
// known, and some for the engine, in a container that has so much, in bytes. What is known lets no more
// garbage gather: the share of garbage falls as it grows. Where a container has
// too little, it is better to collect often than to be ended.
func memoryFor(known, engine, container int64) memory {
	limit := goMemory + known
	if container > 0 {
		limit = min(limit, max(container-engine-engine/4-program, known+known/8+room))
	}
	return memory{percent: max(int(gcPercent*working/(working+known)), 5), limit: limit}
}

// boundMemory keeps the process small, with what is alive by now as what stays,
// unless the environment says otherwise; engine is what the engine of the store
// may use beside it, in MiB. It is called at the start and whenever
// other things are known: a million indicators would else leave the collector no
// room to work in.
func boundMemory(engine int) {
	ownPercent, ownLimit := os.Getenv("GOGC") == "", os.Getenv("GOMEMLIMIT") == ""
	if !ownPercent && !ownLimit {
		return
	}
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m := memoryFor(int64(stats.HeapAlloc), int64(engine)<<20, containerMemory(os.DirFS("/")))
	if ownPercent {
		debug.SetGCPercent(m.percent)
	}
	if ownLimit {
		debug.SetMemoryLimit(m.limit)
	}
}

// manyRows is from how many rows on it is worth a collection to give back what
// reading them took: its batches were all full.
const manyRows = 500_000

// readRows gives back what reading rows took, before they are counted: the
// engine of the store needs its share for that.
func readRows(rows int64, engine int) {
	if rows >= manyRows {
		boundMemory(engine)
	}
}

// thisMachine returns what there is for a store in a folder.
func thisMachine(data string) config.Machine {
	return config.Machine{Memory: machineMemory(os.DirFS("/")), Free: freeDisk(data)}
}

// freeDisk returns how many bytes a user may still write to the disk of a
// folder, which need not be there yet.
func freeDisk(folder string) int64 {
	for ; ; folder = filepath.Dir(folder) {
		var disk unix.Statfs_t
		switch err := unix.Statfs(folder, &disk); {
		case err == nil:
			return int64(disk.Bavail) * int64(disk.Bsize)
		case folder == filepath.Dir(folder):
			return math.MaxInt64 // not told
		}
	}
}

// machineMemory returns how much memory the machine has, or the container where
// that has less; 0 where neither is told.
func machineMemory(root fs.FS) int64 {
	container := containerMemory(root)
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return container // not Linux
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kib); n == 1 && (container == 0 || kib<<10 < container) {
			return kib << 10
		}
	}
	return container
}

// containerMemory returns how much memory the control groups of this process
// let it have, the least of them; 0 where none has a bound. It reads versions 1
// and 2 of them, below the root of the file system.
func containerMemory(root fs.FS) int64 {
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0 // not Linux
	}
	least := int64(0)
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number, controllers, group
		if len(parts) != 3 {
			continue
		}
		mount, file := "sys/fs/cgroup", "memory.max"
		if parts[1] != "" {
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
			if !strings.Contains(","+parts[1]+",", ",memory,") {
				continue
			}
		}
		// The groups above bound it too. In a container they are often not to be seen.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if n := boundIn(root, path.Join(mount, group, file)); n > 0 && (least == 0 || n < least) {
				least = n
			}
			if group == "/" {
				break
			}
		}
	}
	return least
}

// unbounded is what version 1 says where there is no bound, or more.
const unbounded = 1 << 60

func boundIn(root fs.FS, name string) int64 {
	text, err := fs.ReadFile(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" where there is none
	if err != nil || n >= unbounded {
		return 0
	}
	return n
}
