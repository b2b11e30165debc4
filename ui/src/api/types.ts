// The answers of the API by short names. The types themselves are generated
// from the server's OpenAPI document ("npm run generate").

import type { components } from "./schema";

type Schemas = components["schemas"];

export type StatusAnswer = Schemas["StatusAnswer"];
export type FindingsAnswer = Schemas["FindingsAnswer"];
export type Finding = Schemas["Finding"];
export type TrafficAnswer = Schemas["TrafficAnswer"];
export type HostsAnswer = Schemas["HostsAnswer"];
export type ConversationsAnswer = Schemas["ConversationsAnswer"];
export type PortsAnswer = Schemas["PortsAnswer"];
export type RulesAnswer = Schemas["RulesAnswer"];
export type RejectsAnswer = Schemas["RejectsAnswer"];
export type Host = Schemas["Host"];
export type Conversation = Schemas["Conversation"];
export type HostAnswer = Schemas["HostAnswer"];
export type HostOwner = Schemas["HostOwner"];
export type Partner = Schemas["Partner"];
export type Partners = Schemas["Partners"];
export type Port = Schemas["Port"];
export type PortKey = Schemas["PortKey"];
export type Rule = Schemas["Rule"];
export type Reject = Schemas["Reject"];
export type Side = Schemas["Side"];
export type AddressFacts = Schemas["AddressFacts"];
export type VerdictFact = Schemas["VerdictFact"];
export type OwnerFact = Schemas["OwnerFact"];
export type NamedThing = Schemas["NamedThing"];
export type Explanation = Schemas["Explanation"];
export type Knowledge = Schemas["State"];
export type Feed = Schemas["FeedState"];
export type Geo = Schemas["GeoState"];
export type Allow = Schemas["AllowState"];
export type StoreAnswer = Schemas["StoreAnswer"];
export type StoreTable = Schemas["StoreTable"];
export type TableAnswer = Schemas["TableAnswer"];
export type GatewaysAnswer = Schemas["GatewaysAnswer"];
export type GatewayUsage = Schemas["GatewayUsage"];
export type HostKey = Schemas["HostKey"];
export type TableRow = Schemas["TableRow"];
export type SeriesAnswer = Schemas["SeriesAnswer"];
export type CoverageAnswer = Schemas["CoverageAnswer"];
export type CoverageNIC = Schemas["CoverageNIC"];
export type CoverageSource = Schemas["CoverageSource"];
export type EnvironmentAnswer = Schemas["EnvironmentAnswer"];
export type Place = Schemas["Place"];
export type NetworkPlace = Schemas["NetworkPlace"];
export type RegionTraffic = Schemas["RegionTraffic"];
export type ZoneTraffic = Schemas["ZoneTraffic"];
export type Flow = Schemas["Flow"];
export type FlowsAnswer = Schemas["FlowsAnswer"];
export type Suggestion = Schemas["FilterSuggestion"];
export type FilterFault = Schemas["FilterFault"];
export type Judging = Schemas["JudgingState"];
