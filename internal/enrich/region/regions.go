package region

// Region is one Azure region.
type Region struct {
	Name      string // as Azure Resource Manager spells it: "eastus"
	Display   string // as people read it: "East US"
	Geography string // where its data stays: "United States"
	Country   string // ISO 3166 alpha-2, lower case
	Paired    string // Name of the region it is paired with; empty where there is none
	Cloud     string // Public, AzureGovernment or AzureChinaCloud
	// Latitude and Longitude are those of the place that Microsoft names for
	// the region, in degrees to two decimals. Where it names none they are
	// those of the state or country, so that a map has a place for it.
	Latitude, Longitude float64
	Aliases             []string // other spellings, as service tags and older logs have them
}

// All returns every region known, those of the public cloud first. Among them
// are regions that only service tags and Azure's own staff know: they are the
// ones whose addresses occur in logs before the region is announced.
func All() []Region {
	return append(public(), sovereign()...)
}

func public() []Region {
	const cloud = "Public"
	return []Region{
		{"australiacentral", "Australia Central", "Australia", "au", "australiacentral2", cloud, -35.31, 149.12, nil},
		{"australiacentral2", "Australia Central 2", "Australia", "au", "australiacentral", cloud, -35.31, 149.12, nil},
		{"australiaeast", "Australia East", "Australia", "au", "australiasoutheast", cloud, -33.86, 151.21, nil},
		{"australiasoutheast", "Australia Southeast", "Australia", "au", "australiaeast", cloud, -37.81, 144.96, nil},
		{"austriaeast", "Austria East", "Austria", "at", "", cloud, 48.21, 16.37, nil},
		{"belgiumcentral", "Belgium Central", "Belgium", "be", "", cloud, 50.85, 4.36, nil},
		{"brazilnortheast", "Brazil Northeast", "Brazil", "br", "", cloud, -3.72, -38.54, []string{"brazilne"}},
		{"brazilsouth", "Brazil South", "Brazil", "br", "southcentralus", cloud, -23.55, -46.63, nil},
		{"brazilsoutheast", "Brazil Southeast", "Brazil", "br", "brazilsouth", cloud, -22.90, -43.21, []string{"brazilse"}},
		{"canadacentral", "Canada Central", "Canada", "ca", "canadaeast", cloud, 43.65, -79.38, nil},
		{"canadaeast", "Canada East", "Canada", "ca", "canadacentral", cloud, 46.82, -71.22, nil},
		{"centralindia", "Central India", "India", "in", "southindia", cloud, 18.58, 73.92, []string{"indiacentral"}},
		{"centralus", "Central US", "United States", "us", "eastus2", cloud, 41.59, -93.62, nil},
		{"centraluseuap", "Central US EUAP", "Canary (US)", "us", "eastus2euap", cloud, 41.59, -93.62, nil},
		{"chilecentral", "Chile Central", "Chile", "cl", "", cloud, -33.45, -70.67, []string{"chilec"}},
		{"denmarkeast", "Denmark East", "Denmark", "dk", "", cloud, 55.68, 12.57, nil},
		{"eastasia", "East Asia", "Asia Pacific", "hk", "southeastasia", cloud, 22.27, 114.19, []string{"asiaeast"}},
		{"eastus", "East US", "United States", "us", "westus", cloud, 37.37, -79.82, nil},
		{"eastus2", "East US 2", "United States", "us", "centralus", cloud, 36.67, -78.39, []string{"eastus2stage"}},
		{"eastus2euap", "East US 2 EUAP", "Canary (US)", "us", "centraluseuap", cloud, 36.67, -78.39, nil},
		{"eastus3", "East US 3", "United States", "us", "", cloud, 33.75, -84.39, nil},
		{"eastusstg", "East US STG", "Stage (US)", "us", "southcentralusstg", cloud, 37.37, -79.82, []string{"usstagee"}},
		{"francecentral", "France Central", "France", "fr", "francesouth", cloud, 46.38, 2.37, []string{"centralfrance"}},
		{"francesouth", "France South", "France", "fr", "francecentral", cloud, 43.83, 2.20, []string{"southfrance"}},
		{"germanynorth", "Germany North", "Germany", "de", "germanywestcentral", cloud, 53.07, 8.81, []string{"germanyn"}},
		{"germanywestcentral", "Germany West Central", "Germany", "de", "germanynorth", cloud, 50.11, 8.68, []string{"germanywc"}},
		{"indiasouthcentral", "India South Central", "India", "in", "", cloud, 17.39, 78.49, []string{"southcentralindia"}},
		{"indonesiacentral", "Indonesia Central", "Indonesia", "id", "", cloud, -6.20, 106.82, nil},
		{"israelcentral", "Israel Central", "Israel", "il", "", cloud, 31.90, 34.81, []string{"isrealcentral"}},
		{"israelnorthwest", "Israel Northwest", "Israel", "il", "", cloud, 32.79, 34.99, nil},
		{"italynorth", "Italy North", "Italy", "it", "", cloud, 45.47, 9.18, nil},
		{"japaneast", "Japan East", "Japan", "jp", "japanwest", cloud, 35.68, 139.77, nil},
		{"japanwest", "Japan West", "Japan", "jp", "japaneast", cloud, 34.69, 135.50, nil},
		{"jioindiacentral", "Jio India Central", "India", "in", "jioindiawest", cloud, 21.15, 79.09, nil},
		{"jioindiawest", "Jio India West", "India", "in", "jioindiacentral", cloud, 22.47, 70.06, nil},
		{"koreacentral", "Korea Central", "Korea", "kr", "koreasouth", cloud, 37.57, 126.98, nil},
		{"koreasouth", "Korea South", "Korea", "kr", "koreacentral", cloud, 35.18, 129.08, nil},
		{"malaysiasouth", "Malaysia South", "Malaysia", "my", "", cloud, 1.49, 103.74, nil},
		{"malaysiawest", "Malaysia West", "Malaysia", "my", "", cloud, 3.14, 101.69, nil},
		{"mexicocentral", "Mexico Central", "Mexico", "mx", "", cloud, 20.59, -100.39, nil},
		{"newzealandnorth", "New Zealand North", "New Zealand", "nz", "", cloud, -36.85, 174.76, nil},
		{"northcentralus", "North Central US", "United States", "us", "southcentralus", cloud, 41.88, -87.63, []string{"northcentralusstage"}},
		{"northeastus5", "Northeast US 5", "United States", "us", "", cloud, 41.00, -76.00, nil},
		{"northeurope", "North Europe", "Europe", "ie", "westeurope", cloud, 53.35, -6.26, []string{"europenorth"}},
		{"northeurope2", "North Europe 2", "Europe", "ie", "", cloud, 53.35, -6.26, nil},
		{"norwayeast", "Norway East", "Norway", "no", "norwaywest", cloud, 59.91, 10.75, []string{"norwaye"}},
		{"norwaywest", "Norway West", "Norway", "no", "norwayeast", cloud, 58.97, 5.73, []string{"norwayw"}},
		{"polandcentral", "Poland Central", "Poland", "pl", "", cloud, 52.23, 21.02, nil},
		{"qatarcentral", "Qatar Central", "Qatar", "qa", "", cloud, 25.55, 51.44, nil},
		{"saudiarabiaeast", "Saudi Arabia East", "Saudi Arabia", "sa", "", cloud, 26.43, 50.10, nil},
		{"southafricanorth", "South Africa North", "South Africa", "za", "southafricawest", cloud, -25.73, 28.22, nil},
		{"southafricawest", "South Africa West", "South Africa", "za", "southafricanorth", cloud, -34.08, 18.84, nil},
		{"southcentralus", "South Central US", "United States", "us", "northcentralus", cloud, 29.42, -98.50, nil},
		{"southcentralus2", "South Central US 2", "United States", "us", "", cloud, 29.42, -98.50, nil},
		{"southcentralusstg", "South Central US STG", "Stage (US)", "us", "eastusstg", cloud, 29.42, -98.50, []string{"usstagec"}},
		{"southeastasia", "Southeast Asia", "Asia Pacific", "sg", "eastasia", cloud, 1.28, 103.83, []string{"asiasoutheast"}},
		{"southeastus", "Southeast US", "United States", "us", "", cloud, 33.75, -84.39, nil},
		{"southeastus3", "Southeast US 3", "United States", "us", "", cloud, 33.75, -84.39, nil},
		{"southeastus5", "Southeast US 5", "United States", "us", "", cloud, 33.75, -84.39, nil},
		{"southindia", "South India", "India", "in", "centralindia", cloud, 12.98, 80.16, []string{"indiasouth"}},
		{"southwestus", "Southwest US", "United States", "us", "", cloud, 39.50, -117.00, nil},
		{"spaincentral", "Spain Central", "Spain", "es", "", cloud, 40.43, -3.42, nil},
		{"swedencentral", "Sweden Central", "Sweden", "se", "swedensouth", cloud, 60.67, 17.14, nil},
		{"swedensouth", "Sweden South", "Sweden", "se", "swedencentral", cloud, 55.64, 13.20, nil},
		{"switzerlandnorth", "Switzerland North", "Switzerland", "ch", "switzerlandwest", cloud, 47.45, 8.56, []string{"switzerlandn"}},
		{"switzerlandwest", "Switzerland West", "Switzerland", "ch", "switzerlandnorth", cloud, 46.20, 6.14, []string{"switzerlandw"}},
		{"taiwannorth", "Taiwan North", "Taiwan", "tw", "taiwannorthwest", cloud, 25.03, 121.57, nil},
		{"taiwannorthwest", "Taiwan Northwest", "Taiwan", "tw", "taiwannorth", cloud, 24.81, 120.97, nil},
		{"uaecentral", "UAE Central", "UAE", "ae", "uaenorth", cloud, 24.47, 54.37, nil},
		{"uaenorth", "UAE North", "UAE", "ae", "uaecentral", cloud, 25.27, 55.32, nil},
		{"uksouth", "UK South", "United Kingdom", "gb", "ukwest", cloud, 50.94, -0.80, nil},
		{"uksouth2", "UK South 2", "United Kingdom", "gb", "uknorth", cloud, 51.51, -0.13, nil},
		{"uknorth", "UK North", "United Kingdom", "gb", "uksouth2", cloud, 54.98, -1.61, nil},
		{"ukwest", "UK West", "United Kingdom", "gb", "uksouth", cloud, 53.43, -3.08, nil},
		{"westcentralus", "West Central US", "United States", "us", "westus2", cloud, 40.89, -110.23, nil},
		{"westeurope", "West Europe", "Europe", "nl", "northeurope", cloud, 52.37, 4.90, []string{"europewest"}},
		{"westindia", "West India", "India", "in", "southindia", cloud, 19.09, 72.87, []string{"indiawest"}},
		{"westus", "West US", "United States", "us", "eastus", cloud, 37.78, -122.42, nil},
		{"westus2", "West US 2", "United States", "us", "westcentralus", cloud, 47.23, -119.85, nil},
		{"westus3", "West US 3", "United States", "us", "eastus", cloud, 33.45, -112.07, nil},
	}
}

func sovereign() []Region {
	const gov, china = "AzureGovernment", "AzureChinaCloud"
	return []Region{
		{"usdodcentral", "US DoD Central", "US Government", "us", "usdodeast", gov, 42.41, -92.56, nil},
		{"usdodeast", "US DoD East", "US Government", "us", "usdodcentral", gov, 37.71, -77.85, nil},
		{"usgovarizona", "US Gov Arizona", "US Government", "us", "usgovtexas", gov, 33.45, -112.07, []string{"usgovsw", "usgovsouthwest"}},
		{"usgoviowa", "US Gov Iowa", "US Government", "us", "usgovvirginia", gov, 41.59, -93.62, []string{"usgovcentral"}},
		{"usgovtexas", "US Gov Texas", "US Government", "us", "usgovvirginia", gov, 31.56, -99.21, []string{"usgovsc", "usgovsouthcentral"}},
		{"usgovvirginia", "US Gov Virginia", "US Government", "us", "usgovtexas", gov, 37.62, -78.39, []string{"usgoveast"}},
		{"chinaeast", "China East", "China", "cn", "chinanorth", china, 31.23, 121.47, nil},
		{"chinaeast2", "China East 2", "China", "cn", "chinanorth2", china, 31.23, 121.47, nil},
		{"chinaeast3", "China East 3", "China", "cn", "chinanorth3", china, 32.06, 118.80, nil},
		{"chinanorth", "China North", "China", "cn", "chinaeast", china, 39.92, 116.38, nil},
		{"chinanorth2", "China North 2", "China", "cn", "chinaeast2", china, 39.92, 116.38, nil},
		{"chinanorth3", "China North 3", "China", "cn", "chinaeast3", china, 40.81, 114.88, nil},
	}
}
