package decode

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// canonicalObject returns about size bytes of one VNet or NSG flow log as
// Azure writes it: a record a minute with a few rules and dozens of tuples.
func canonicalObject(vnet bool, size int) []byte {
	rng := rand.New(rand.NewPCG(11, 12))
	var b bytes.Buffer
	b.WriteString(`{"records":[`)
	for minute := 0; b.Len() < size; minute++ {
		if minute > 0 {
			b.WriteByte(',')
		}
		if vnet {
			fmt.Fprintf(&b, `{"time":"2025-03-21T21:%02d:30.8571557Z","flowLogGUID":"bcba5a70-ece1-4b52-b436-3418f3851874","macAddress":"6045BDFD4096","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/83466F1A-EDDE-4F32-B282-2C8B10ADA4D6/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_POLANDCENTRAL/FLOWLOGS/HUB-FLOWLOG","targetResourceID":"/subscriptions/83466f1a-edde-4f32-b282-2c8b10ada4d6/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub","flowLogVersion":4,"operationName":"FlowLogFlowEvent","flowRecords":{"flows":[`, minute%60)
		} else {
			fmt.Fprintf(&b, `{"time":"2025-03-21T21:%02d:30.8571557Z","systemId":"12a123a1-1234-1a12-a12a-abc1a123aa11","macAddress":"000A0A00AA00","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/0B62A232-B8DB-4380-9DA6-640F7272ED6D/RESOURCEGROUPS/CRONK/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/CRONK-NSG","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":2,"flows":[`, minute%60)
		}
		for g := range 3 {
			if g > 0 {
				b.WriteByte(',')
			}
			if vnet {
				fmt.Fprintf(&b, `{"aclID":"/subscriptions/83466f1a-edde-4f32-b282-2c8b10ada4d6/resourceGroups/hub/providers/Microsoft.Network/networkSecurityGroups/hub-nsg","flowGroups":[{"rule":"UserRule_%d","flowTuples":[`, g)
			} else {
				fmt.Fprintf(&b, `{"rule":"UserRule_%d","flows":[{"mac":"000A0A00AA00","flowTuples":[`, g)
			}
			for i := range 60 {
				if i > 0 {
					b.WriteByte(',')
				}
				state := "BCED"[rng.IntN(4)]
				src := fmt.Sprintf("10.%d.%d.%d,52.%d.%d.%d,%d,%d", rng.IntN(4), rng.IntN(256), rng.IntN(256), rng.IntN(256), rng.IntN(256), rng.IntN(256), 1024+rng.IntN(60000), pick(rng, 443, 80, 5432, 53))
				counters := fmt.Sprintf("%d,%d,%d,%d", rng.IntN(100), rng.IntN(100000), rng.IntN(100), rng.IntN(1000000))
				switch {
				case vnet && (state == 'B' || state == 'D'):
					fmt.Fprintf(&b, `"%d,%s,6,O,%c,NX,0,0,0,0"`, 1742590776123+minute*60000+i, src, state)
				case vnet:
					fmt.Fprintf(&b, `"%d,%s,6,O,%c,NX,%s"`, 1742590776123+minute*60000+i, src, state, counters)
				case state == 'D':
					fmt.Fprintf(&b, `"%d,%s,T,I,D,B,,,,"`, 1742590776+minute*60, src)
				case state == 'B':
					fmt.Fprintf(&b, `"%d,%s,T,I,A,B,,,,"`, 1742590776+minute*60, src)
				default:
					fmt.Fprintf(&b, `"%d,%s,T,I,A,%c,%s"`, 1742590776+minute*60, src, state, counters)
				}
			}
			b.WriteString(`]}]}`)
		}
		b.WriteString(`]}}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	vnet, nsg := canonicalObject(true, 8<<20), canonicalObject(false, 8<<20)
	pretty := []byte(strings.ReplaceAll(string(vnet[:1<<20]), `","`, "\",\n      \""))
	f := func(name string, content []byte, reader *Reader) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			tuples := 0
			src := bytes.NewReader(content)
			for b.Loop() {
				src.Reset(content)
				if err := reader.Reset(src, Mark{}); err != nil {
					b.Fatal(err)
				}
				for {
					rec, err := reader.Next()
					if err == io.EOF {
						break
					}
					tuples += len(rec.Tuples)
				}
			}
			b.ReportMetric(float64(tuples)/b.Elapsed().Seconds()/1e6, "Mtuples/s")
		})
	}
	f("canonical/vnet", vnet, NewReader())
	f("canonical/nsg", nsg, NewReader())
	f("tolerant/vnet", vnet, tolerantReader())
	f("tolerant/nsg", nsg, tolerantReader())
	f("tolerant/pretty", pretty, NewReader())
}
