package simulate

import (
	"context"
	"strings"
	"time"
)

const (
	containerNSG  = "insights-logs-networksecuritygroupflowevent"
	containerVNet = "insights-logs-flowlogflowevent"

	// An object is these with the blocks of its records between them.
	objectBegin, objectEnd = `{"records":[`, `]}`
)

// Sink is where log objects grow, by a block at a time, between the same
// beginning and end (docs/reference/traffic-analytics.md 1.1). It is called by
// several goroutines, but by one for each object.
type Sink interface {
	// Append puts a block behind those that its object has. Data is the sink's
	// until it returns.
	Append(ctx context.Context, b *Block) error
}

// Block is what an object grows by at a time: the record of a minute.
type Block struct {
	Object string // the container, a slash and the name of the blob
	Number int    // of blocks that the object has already: with 0 it begins
	Data   []byte // the record, behind a comma where it is not the first
	Tuples int
	Time   time.Time // that the record bears
}

// blocks makes the blocks of one log of one NIC, of an object an hour.
type blocks struct {
	sink    Sink
	point   *point
	hour    int64 // of the object, hours since 1970
	block   Block
	buf     []byte
	objects int64
	bytes   int64
}

// begin makes room for the record of a time, in ticks.
func (w *blocks) begin(ticks int64, tuples int) {
	const second = 1000 * ticksPerMilli
	if hour := ticks / (3600 * second); w.objects == 0 || hour != w.hour {
		w.hour, w.block = hour, Block{Object: objectName(w.point.nic, w.point.log, time.Unix(hour*3600, 0))}
		w.objects++
		w.bytes += int64(len(objectBegin) + len(objectEnd))
	}
	w.block.Tuples, w.block.Time = tuples, time.Unix(ticks/second, ticks%second*100).UTC()
	w.buf = w.buf[:0]
	if w.block.Number > 0 {
		w.buf = append(w.buf, ',')
	}
}

// commit hands the block to the sink.
func (w *blocks) commit(ctx context.Context) error {
	w.block.Data = w.buf
	if err := w.sink.Append(ctx, &w.block); err != nil {
		return err
	}
	w.bytes += int64(len(w.buf))
	w.block.Number++
	return nil
}

// objectName returns the container and the name of a NIC's object of an hour
// (docs/reference/traffic-analytics.md 1.1 and 2.1).
func objectName(n *NIC, log *FlowLog, hour time.Time) string {
	var b strings.Builder
	switch {
	case log.Kind == LogNSG:
		b.WriteString(containerNSG + "/resourceId=" + strings.ToUpper(log.Target))
	case log.ShortPath:
		sub := strings.Split(log.ID, "/")[2]
		b.WriteString(containerVNet + "/flowLogResourceID=" + strings.ToUpper("/"+sub+"_NetworkWatcherRG/NetworkWatcher_"+log.Region.Name+"_"+log.Name))
	default:
		b.WriteString(containerVNet + "/flowLogResourceID=" + strings.ToUpper(log.ID))
	}
	b.WriteString(hour.UTC().Format("/y=2006/m=01/d=02/h=15/m=00"))
	b.WriteString("/macAddress=" + n.MAC + "/PT1H.json")
	return b.String()
}
