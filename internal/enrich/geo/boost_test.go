package geo
import ("testing"; "weir/internal/enrich/ranges"; "os"; "strconv")
func TestMain(m *testing.M) { ranges.Boost, _ = strconv.Atoi(os.Getenv("BOOST")); os.Exit(m.Run()) }
