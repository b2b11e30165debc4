package geo

import "strings"

// Country is one entry of ISO 3166-1.
type Country struct {
	Code      string // alpha-2, lower case, as Traffic Analytics writes it (docs/reference/traffic-analytics.md 3.6)
	Name      string // as it is commonly called in English
	Continent string // Africa, Antarctica, Asia, Europe, North America, Oceania, South America
}

// Countries returns every country of ISO 3166-1, and Kosovo, which databases
// give the user-assigned code xk, in order of code.
func Countries() []Country {
	continents := map[string]string{
		"AF": "Africa", "AN": "Antarctica", "AS": "Asia", "EU": "Europe",
		"NA": "North America", "OC": "Oceania", "SA": "South America",
	}
	var out []Country
	for line := range strings.Lines(countryList) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		out = append(out, Country{Code: line[:2], Continent: continents[line[3:5]], Name: line[6:]})
	}
	return out
}

// CountryNames returns the English names of countries by lower-case code.
func CountryNames() map[string]string {
	names := map[string]string{}
	for _, c := range Countries() {
		names[c.Code] = c.Name
	}
	return names
}

// countryList holds code, continent and name.
const countryList = `
ad EU Andorra
ae AS United Arab Emirates
af AS Afghanistan
ag NA Antigua and Barbuda
ai NA Anguilla
al EU Albania
am AS Armenia
ao AF Angola
aq AN Antarctica
ar SA Argentina
as OC American Samoa
at EU Austria
au OC Australia
aw NA Aruba
ax EU Åland Islands
az AS Azerbaijan
ba EU Bosnia and Herzegovina
bb NA Barbados
bd AS Bangladesh
be EU Belgium
bf AF Burkina Faso
bg EU Bulgaria
bh AS Bahrain
bi AF Burundi
bj AF Benin
bl NA Saint Barthélemy
bm NA Bermuda
bn AS Brunei
bo SA Bolivia
bq NA Caribbean Netherlands
br SA Brazil
bs NA Bahamas
bt AS Bhutan
bv AN Bouvet Island
bw AF Botswana
by EU Belarus
bz NA Belize
ca NA Canada
cc AS Cocos (Keeling) Islands
cd AF Congo (Kinshasa)
cf AF Central African Republic
cg AF Congo (Brazzaville)
ch EU Switzerland
ci AF Côte d'Ivoire
ck OC Cook Islands
cl SA Chile
cm AF Cameroon
cn AS China
co SA Colombia
cr NA Costa Rica
cu NA Cuba
cv AF Cabo Verde
cw NA Curaçao
cx AS Christmas Island
cy EU Cyprus
cz EU Czechia
de EU Germany
dj AF Djibouti
dk EU Denmark
dm NA Dominica
do NA Dominican Republic
dz AF Algeria
ec SA Ecuador
ee EU Estonia
eg AF Egypt
eh AF Western Sahara
er AF Eritrea
es EU Spain
et AF Ethiopia
fi EU Finland
fj OC Fiji
fk SA Falkland Islands
fm OC Micronesia
fo EU Faroe Islands
fr EU France
ga AF Gabon
gb EU United Kingdom
gd NA Grenada
ge AS Georgia
gf SA French Guiana
gg EU Guernsey
gh AF Ghana
gi EU Gibraltar
gl NA Greenland
gm AF Gambia
gn AF Guinea
gp NA Guadeloupe
gq AF Equatorial Guinea
gr EU Greece
gs AN South Georgia and the South Sandwich Islands
gt NA Guatemala
gu OC Guam
gw AF Guinea-Bissau
gy SA Guyana
hk AS Hong Kong
hm AN Heard Island and McDonald Islands
hn NA Honduras
hr EU Croatia
ht NA Haiti
hu EU Hungary
id AS Indonesia
ie EU Ireland
il AS Israel
im EU Isle of Man
in AS India
io AS British Indian Ocean Territory
iq AS Iraq
ir AS Iran
is EU Iceland
it EU Italy
je EU Jersey
jm NA Jamaica
jo AS Jordan
jp AS Japan
ke AF Kenya
kg AS Kyrgyzstan
kh AS Cambodia
ki OC Kiribati
km AF Comoros
kn NA Saint Kitts and Nevis
kp AS North Korea
kr AS South Korea
kw AS Kuwait
ky NA Cayman Islands
kz AS Kazakhstan
la AS Laos
lb AS Lebanon
lc NA Saint Lucia
li EU Liechtenstein
lk AS Sri Lanka
lr AF Liberia
ls AF Lesotho
lt EU Lithuania
lu EU Luxembourg
lv EU Latvia
ly AF Libya
ma AF Morocco
mc EU Monaco
md EU Moldova
me EU Montenegro
mf NA Saint Martin (French part)
mg AF Madagascar
mh OC Marshall Islands
mk EU North Macedonia
ml AF Mali
mm AS Myanmar
mn AS Mongolia
mo AS Macao
mp OC Northern Mariana Islands
mq NA Martinique
mr AF Mauritania
ms NA Montserrat
mt EU Malta
mu AF Mauritius
mv AS Maldives
mw AF Malawi
mx NA Mexico
my AS Malaysia
mz AF Mozambique
na AF Namibia
nc OC New Caledonia
ne AF Niger
nf OC Norfolk Island
ng AF Nigeria
ni NA Nicaragua
nl EU Netherlands
no EU Norway
np AS Nepal
nr OC Nauru
nu OC Niue
nz OC New Zealand
om AS Oman
pa NA Panama
pe SA Peru
pf OC French Polynesia
pg OC Papua New Guinea
ph AS Philippines
pk AS Pakistan
pl EU Poland
pm NA Saint Pierre and Miquelon
pn OC Pitcairn
pr NA Puerto Rico
ps AS Palestine
pt EU Portugal
pw OC Palau
py SA Paraguay
qa AS Qatar
re AF Réunion
ro EU Romania
rs EU Serbia
ru EU Russia
rw AF Rwanda
sa AS Saudi Arabia
sb OC Solomon Islands
sc AF Seychelles
sd AF Sudan
se EU Sweden
sg AS Singapore
sh AF Saint Helena, Ascension and Tristan da Cunha
si EU Slovenia
sj EU Svalbard and Jan Mayen
sk EU Slovakia
sl AF Sierra Leone
sm EU San Marino
sn AF Senegal
so AF Somalia
sr SA Suriname
ss AF South Sudan
st AF Sao Tome and Principe
sv NA El Salvador
sx NA Sint Maarten (Dutch part)
sy AS Syria
sz AF Eswatini
tc NA Turks and Caicos Islands
td AF Chad
tf AN French Southern Territories
tg AF Togo
th AS Thailand
tj AS Tajikistan
tk OC Tokelau
tl AS Timor-Leste
tm AS Turkmenistan
tn AF Tunisia
to OC Tonga
tr AS Türkiye
tt NA Trinidad and Tobago
tv OC Tuvalu
tw AS Taiwan
tz AF Tanzania
ua EU Ukraine
ug AF Uganda
um OC United States Minor Outlying Islands
us NA United States
uy SA Uruguay
uz AS Uzbekistan
va EU Vatican City
vc NA Saint Vincent and the Grenadines
ve SA Venezuela
vg NA British Virgin Islands
vi NA U.S. Virgin Islands
vn AS Vietnam
vu OC Vanuatu
wf OC Wallis and Futuna
ws OC Samoa
xk EU Kosovo
ye AS Yemen
yt AF Mayotte
za AF South Africa
zm AF Zambia
zw AF Zimbabwe
`
