package main

import (
	"math"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// Garbage is bounded beside what is known and by the container.
func TestMemoryFor(t *testing.T) {
	const mib = 1 << 20
	f := func(what string, known, engine, container int64, want memory) {
		t.Helper()
		if got := memoryFor(known, engine, container); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	f("nothing is known", 0, 512*mib, 0, memory{25, 224 * mib})
	f("a million indicators are known", 192*mib, 512*mib, 0, memory{16, 416 * mib})
	f("much is known", 4096*mib, 512*mib, 0, memory{5, 4320 * mib})
	f("a large container", 96*mib, 2048*mib, 8192*mib, memory{20, 320 * mib})
	f("a container that leaves less", 96*mib, 144*mib, 512*mib, memory{20, 252 * mib})
	f("an engine that leaves less", 96*mib, 512*mib, 1024*mib, memory{20, 304 * mib})
	f("a container that is too small still leaves room to work in", 96*mib, 144*mib, 128*mib, memory{20, 204 * mib})
}

func TestContainerMemory(t *testing.T) {
	f := func(what string, want int64, files map[string]string) {
		t.Helper()
		root := fstest.MapFS{}
		for name, text := range files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := containerMemory(root); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	f("no control groups", 0, nil)
	f("version 2 in a container", 536870912, map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"})
	f("version 2 without a bound", 0, map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"})
	f("version 2, the group above has less", 1000, map[string]string{
		"proc/self/cgroup": "0::/system.slice/weir.service\n",
		"sys/fs/cgroup/system.slice/weir.service/memory.max": "2000\n", "sys/fs/cgroup/system.slice/memory.max": "1000\n",
	})
	f("version 1", 3000, map[string]string{
		"proc/self/cgroup": "12:cpu,cpuacct:/\n4:memory:/docker/1\n1:name=systemd:/\n",
		"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "3000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
	})
	f("version 1, seen from within", 4000, map[string]string{
		"proc/self/cgroup": "4:memory:/docker/1\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "4000\n",
	})
	f("nonsense", 0, map[string]string{"proc/self/cgroup": "x\n0::/\n", "sys/fs/cgroup/memory.max": "lots\n"})
}

func TestMachineMemory(t *testing.T) {
	const meminfo = "MemTotal:        2000000 kB\nMemFree:          100 kB\n"
	f := func(what string, want int64, files map[string]string) {
		t.Helper()
		root := fstest.MapFS{}
		for name, text := range files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := machineMemory(root); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	in := func(bound, meminfo string) map[string]string {
		return map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": bound, "proc/meminfo": meminfo}
	}
	f("no container", 2000000<<10, in("max\n", meminfo))
	f("a container", 1<<30, in("1073741824\n", meminfo))
	f("a container that may have more than there is", 2000000<<10, in("8589934592\n", meminfo))
	f("nothing is told", 0, nil)
	f("nonsense", 0, in("max\n", "MemTotal: much\n"))
}

// A folder that is not there yet will lie on the disk of the one above it.
func TestFreeDisk(t *testing.T) {
	dir := t.TempDir()
	got := freeDisk(filepath.Join(dir, "not", "there"))
	if want := freeDisk(dir); got <= 0 || got == math.MaxInt64 || got < want/2 || got > want*2 {
		t.Errorf("%d bytes are free, and %d above", got, want)
	}
}
