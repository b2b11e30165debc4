package config

import (
	"errors"
	"testing"
)

// What the engine may use follows the machine, where nothing else is said.
func TestMachine(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	f := func(memory, spill string, m Machine, wantMemory, wantSpill Size) {
		t.Helper()
		c := Default()
		if err := errors.Join(c.Set("memory", memory, "test"), c.Set("spill", spill, "test")); err != nil {
			t.Fatal(err)
		}
		if got := c.MemoryOn(m); got != wantMemory {
			t.Errorf("memory %s on a machine of %s: %s, want %s", memory, Size(m.Memory), got, wantMemory)
		}
		if got := c.SpillOn(m); got != wantSpill {
			t.Errorf("spill %s where %s are free: %s, want %s", spill, Size(m.Free), got, wantSpill)
		}
	}
	f("auto", "auto", Machine{64 * gb, 500 * gb}, 16*gb, 10*gb)
	f("auto", "auto", Machine{64*gb + 12345, 3*gb + 1}, 16*gb, 1536*mb)
	f("auto", "auto", Machine{1536 * mb, 0}, 512*mb, 0)
	f("auto", "auto", Machine{600 * mb, 1}, 300*mb, 0) // the engine is not all that there is
	f("auto", "auto", Machine{0, 100 * gb}, 512*mb, 10*gb)
	f("2GB", "100GB", Machine{4 * gb, 10 * gb}, 2*gb, 100*gb)
	f("512MB", "0", Machine{64 * gb, 500 * gb}, 512*mb, 0)
}

func TestSizesOfTheEngine(t *testing.T) {
	f := func(key, value, want string) {
		t.Helper()
		if err := Default().Set(key, value, "test"); err == nil || err.Error() != key+`: "`+value+`" `+want {
			t.Errorf("%s %s: %v, want that it %s", key, value, err, want)
		}
	}
	const noMemory, noSpill = "is neither auto nor a size such as 2GB", "is neither auto, 0 for none, nor a size such as 10GB"
	f("memory", "511MB", "is less than 512MB, with which every question can be answered")
	f("memory", "1024", "is less than 512MB, with which every question can be answered")
	f("memory", "0", noMemory)
	f("memory", "-1GB", noMemory)
	f("memory", "50%", noMemory)
	f("memory", "", noMemory)
	f("spill", "none", noSpill)
	f("spill", "-1", noSpill)
	f("spill", "1", noSpill)
}

// More than there is is a fault of the file, in its line.
func TestMoreMemoryThanThereIs(t *testing.T) {
	c := Default()
	if err := c.parse("weir.yaml", []byte("listen: 127.0.0.1:0\nmemory: 16GB\n")); err != nil {
		t.Fatal(err)
	}
	err := c.Verify("weir.yaml", Checks{Machine: machine})
	const want = "cannot use the configuration: weir.yaml:2: memory: 16GB is more than this machine has, or lets us have: 8GB; auto is 2GB"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := c.Verify("weir.yaml", Checks{}); err != nil {
		t.Errorf("where it is not known what there is: %v", err)
	}
}
