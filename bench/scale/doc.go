// Package scale makes the traffic of a large estate, to measure how a store
// answers at that size: a month of reduced flows, as an ingest would commit
// them, without writing or reading a log.
package scale
