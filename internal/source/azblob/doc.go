// Package azblob finds the flow logs of a storage account, in the layout in
// which Azure writes them: a block blob an hour for each NIC, to which a block
// is committed every minute. What is being written is looked at all the time at
// the price of the current hour, what lies further back is read beside it, the
// newest first. What is asked of Azure, and what it costs, is in
// docs/explanation/azure-storage.md.
package azblob
