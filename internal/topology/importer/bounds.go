package importer

import (
	"bytes"
	"fmt"

	"weir/internal/topology"
)

// What one import may hold, so that no file takes all memory. Each is far above
// what Azure lets an estate have: a VNet has at most 3 000 subnets and 500
// peerings, an NSG 1 000 rules.
const (
	maxText     = 2 << 30  // bytes of a file, unpacked
	maxElement  = 64 << 20 // bytes of a resource
	maxElements = 10 << 20 // elements of all files
	maxObjects  = 1 << 20  // objects in a resource, as its subnets and what they have
	maxValues   = 4 << 20  // values in a resource
	maxKept     = 1 << 30  // bytes of what is kept, about
	maxTags     = 10_000   // of a resource
	maxPeerings = 2000     // of a VNet; what is connected with what takes their square

	maxProblems = 1000   // that are kept with their words
	maxUnread   = 10_000 // resources that are kept by name
	maxTypes    = 1000   // types that were not understood
	maxName     = 200    // bytes of such a type
)

// bounds are the limits, so that tests can have small ones.
type bounds struct {
	text              int64
	element, elements int
	kept              int64
}

func allBounds() bounds { return bounds{maxText, maxElement, maxElements, maxKept} }

// tooLarge tells what is wrong with the size of a resource.
func tooLarge(b []byte) error {
	if n := bytes.Count(b, []byte{'{'}); n > maxObjects {
		return fmt.Errorf("it holds %d objects, more than any resource of Azure", n)
	}
	if n := bytes.Count(b, []byte{','}); n > maxValues {
		return fmt.Errorf("it holds %d values, more than any resource of Azure", n)
	}
	return nil
}

// spend counts the memory of something that is kept.
func (im *Importer) spend(bytes int) {
	im.kept += int64(bytes)
	if im.kept > im.bounds.kept && im.full == nil {
		im.full = fmt.Errorf("the inventory is larger than the %d MiB that one import may hold: import it in parts, such as by subscription", im.bounds.kept>>20)
	}
}

// count counts an element.
func (im *Importer) count() {
	if im.elements++; im.elements > im.bounds.elements && im.full == nil {
		im.full = fmt.Errorf("the inventory has more than the %d elements that one import may hold: import it in parts, such as by subscription", im.bounds.elements)
	}
}

// countPeering counts a peering of a VNet.
func (im *Importer) countPeering(vnet topology.ID) {
	if im.peered[vnet]++; im.peered[vnet] > maxPeerings && im.full == nil {
		im.full = fmt.Errorf("%s has more than %d peerings, which no VNet of Azure has: leave it out", shortID(string(vnet)), maxPeerings)
	}
}

// compact drops what was replaced by a later element with the same id, once
// there is much of it.
func (im *Importer) compact() {
	if im.replaced++; im.replaced > max(1<<16, len(im.seen)) {
		im.replaced = 0
		im.inv.Sort()
	}
}
