package wire

import (
	"encoding/json"

	"weir/internal/settle"
)

// KnowPath begins the paths of what is to be learned, and of what else takes long: POST a line of JSON, then
// the content of a file: KnowLine...
const KnowPath = "/control/know/"

// What can be learned or listed, behind KnowPath. The line of JSON is of the
// type behind each name, the report as the method of the same name returns it.
const (
	Topology          = "topology"            // knowledge.TopologyInput, and Inventory.Encode
	ServiceTags       = "service-tags"        // knowledge.ServiceTagsInput, and the file
	Threats           = "threats"             // knowledge.ThreatInput, and the file
	Allow             = "allow"               // []threat.Allow
	Disallow          = "disallow"            // []string
	ForgetFeed        = "forget-feed"         // string
	ForgetServiceTags = "forget-service-tags" // time.Time, a day
	ConfirmFeed       = "confirm-feed"        // string
	Snapshots         = "snapshots"           // {}
	ServiceTagsList   = "service-tags-list"   // {}
	Compact           = "compact"             // {}: store.Compacted
)

// KnowLine is one line of the answer: Progress, at last End with Report and,
// where it did not go well, Error.
type KnowLine struct {
	Progress *settle.Progress `json:"progress,omitempty"`
	Report   json.RawMessage  `json:"report,omitempty"`
	Error    *Error           `json:"error,omitempty"`
	End      bool             `json:"end,omitempty"`
}
