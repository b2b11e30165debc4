package kql_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/kql"
)

// TestFunctions asks for what the documentation of Kusto says of its functions,
// once of constants and once of columns, which are computed elsewhere.
func TestFunctions(t *testing.T) {
	s := newStore(t)
	var queries, wants []string
	f := func(expression, want string) {
		queries, wants = append(queries, expression), append(wants, expression+" = "+want)
	}
	// Numbers.
	f(`hash("World")`, `1846988464401551951`)
	f(`hash("World", 100)`, `51`)
	f(`hash(datetime(2015-01-01))`, `1380966698541616202`)
	f(`hash_md5("World")`, `"f5a7924e621e84c9280a9a27e1bcb7f6"`)
	f(`hash_sha256("World")`, `"78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524"`)
	f(`tohex(256)`, `"100"`)
	f(`tohex(-256)`, `"ffffffffffffff00"`)
	f(`tohex(256, 8)`, `"00000100"`)
	f(`binary_shift_left(1, 3)`, `8`)
	f(`binary_and(12, 10)`, `8`)
	f(`binary_xor(12, 10)`, `6`)
	f(`bitset_count_ones(42)`, `3`)
	f(`around(5, 7, 2) and not(around(4.5, 7, 2))`, `true`)
	f(`regex_quote("a.b")`, `"a\\.b"`)
	f(`bin_at(6.5, 2.5, 7)`, `4.5`)
	f(`gamma(5)`, `24`)
	f(`tostring(todecimal("1.50") + todecimal("2.25"))`, `"3.75"`)
	f(`decimal(1) / decimal(3) < 0.4`, `true`)
	f(`decimal(-2.5) < decimal(-2.4)`, `true`)
	f(`decimal(9) < decimal(10)`, `true`)
	f(`format_bytes(20010332, 0, "KB")`, `"19541 KB"`)
	// Texts.
	f(`translate("krasp", "otsku", "spark")`, `"kusto"`)
	f(`translate("abc", "x", "abc")`, `"xxx"`)
	f(`translate("abc", "", "ab")`, `""`)
	f(`countof("The cat sat on the mat", "at")`, `3`)
	f(`countof("abcabc", "a.c", "regex")`, `2`)
	f(`countof("aaaa", "aa")`, `3`)
	f(`indexof("abcdefg", "cde", 1, 4)`, `2`)
	f(`indexof("abcdefg", "cde", 1, 2)`, `-1`)
	f(`indexof("abcdefgabcdefg", "cde", 1, -1, 2)`, `9`)
	f(`indexof("abcdefg", "cde", -5)`, `2`)
	f(`indexof_regex("abcabc", @"a.c")`, `0`)
	f(`indexof_regex("abcdefgabcdefg", "cde", 1, -1, 2)`, `9`)
	f(`replace_regex("Number is 1 ", @"is (\d+)", @"was: \1")`, `"Number was: 1 "`)
	f(`replace(@"is (\d+)", @"was: \1", "Number is 1")`, `"Number was: 1"`)
	f(`replace_strings("A magic trick", dynamic(["magic", "trick"]), dynamic(["new", "box"]))`, `"A new box"`)
	f(`extract(@"x=([0-9.]+)", 1, "hello x=45.6|wo") == "45.6"`, `true`)
	f(`extract(@"x=([0-9.]+)", 1, "hello x=45.6|wo", typeof(real))`, `45.6`)
	f(`extract_all(@"(\w)(\w+)(\w)", dynamic([1, 3]), "abcd xyz")`, `"[[\"a\",\"d\"],[\"x\",\"z\"]]"`)
	f(`extract_json("$.a[1].b", '{"a": [1, {"b": 7}]}', typeof(long))`, `7`)
	f(`base64_encode_tostring("Kusto")`, `"S3VzdG8="`)
	f(`base64_decode_tostring("S3VzdG8=")`, `"Kusto"`)
	f(`base64_decode_toarray("S3VzdG8=")`, `"[75,117,115,116,111]"`)
	f(`base64_encode_fromarray(dynamic([75, 117, 115, 116, 111]))`, `"S3VzdG8="`)
	f(`unicode_codepoints_from_string("Kus")`, `"[75,117,115]"`)
	f(`unicode_codepoints_to_string(75, 117, dynamic([115, 116]))`, `"Kust"`)
	f(`parse_csv('aa,"b,b",c""c')`, `"[\"aa\",\"b,b\",\"c\\\"\\\"c\"]"`)
	f(`parse_command_line('a "b c" d\\e', "windows")`, `"[\"a\",\"b c\",\"d\\\\e\"]"`)
	f(`parse_version("1.2.3.40") > parse_version("1.2.3.5")`, `true`)
	f(`parse_version("1.2.3.4")`, `"1000000020000000300000004"`)
	f(`url_encode("https://a.b/hello world")`, `"https%3a%2f%2fa.b%2fhello+world"`)
	f(`url_encode_component("https://a.b/hello world")`, `"https%3A%2F%2Fa.b%2Fhello%20world"`)
	f(`url_decode("https%3A%2f%2fa.b%2Fx+y")`, `"https://a.b/x y"`)
	f(`tostring(parse_url("https://u:p@h.x:80/a/b.html?k1=v1&k2=v2#f").Host)`, `"h.x"`)
	f(`parse_url("https://u:p@h.x:80/a/b.html?k1=v1#f")`,
		`"{\"Scheme\":\"https\",\"Host\":\"h.x\",\"Port\":\"80\",\"Path\":\"/a/b.html\",\"Username\":\"u\",\"Password\":\"p\",\"Query Parameters\":{\"k1\":\"v1\"},\"Fragment\":\"f\"}"`)
	f(`parse_urlquery("k1=v1&k2=v%202")`, `"{\"Query Parameters\":{\"k1\":\"v1\",\"k2\":\"v 2\"}}"`)
	f(`tostring(parse_path(@"C:\temp\file.txt").Filename)`, `"file.txt"`)
	f(`tostring(parse_path(@"C:\temp\file.txt").DirectoryName)`, `"temp"`)
	f(`has_any_index("this is an example", dynamic(["xyz", "example"]))`, `1`)
	f(`"a_b" has "a" and "a b" has " " and "x/mc_1" has "/mc_"`, `true`)
	f(`"ab" has "a" or "/mc_" has "c"`, `false`)
	f(`"abc" matches regex strcat("^", "a", ".")`, `true`)
	f(`"１" matches regex @"^\d$" and "é" matches regex @"^\w$"`, `true`)
	// Addresses.
	f(`parse_ipv4("192.1.168.1")`, `3221334017`)
	f(`parse_ipv4("192.1.168.1/24")`, `3221334016`)
	f(`parse_ipv4("a")`, `null`)
	f(`parse_ipv4_mask("127.0.0.1", 24)`, `2130706432`)
	f(`parse_ipv6("127.0.0.1")`, `"0000:0000:0000:0000:0000:ffff:7f00:0001"`)
	f(`parse_ipv6_mask("192.168.255.255", 120)`, `"0000:0000:0000:0000:0000:ffff:c0a8:ff00"`)
	f(`ipv4_is_private("10.1.2.3")`, `true`)
	f(`ipv4_is_private("208.10.2.3")`, `false`)
	f(`ipv4_is_private("127.0.0.1")`, `false`)
	f(`ipv4_compare("192.168.1.1/24", "192.168.1.255/24")`, `0`)
	f(`ipv4_compare("192.168.1.1", "192.168.1.255")`, `-1`)
	f(`ipv4_is_match("192.168.1.1", "192.168.1.255", 24)`, `true`)
	f(`ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")`, `true`)
	f(`ipv4_is_in_any_range("192.168.1.6", "10.0.0.0/8", "192.168.1.1/24")`, `true`)
	f(`ipv4_is_in_any_range("192.168.1.6", dynamic(["10.0.0.0/8"]))`, `false`)
	f(`ipv4_netmask_suffix("192.168.1.1/24")`, `24`)
	f(`ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255")`, `"[\"1.1.128.0/21\",\"1.1.136.0/22\",\"1.1.140.0/24\"]"`)
	f(`format_ipv4(3232236031, 24)`, `"192.168.1.0"`)
	f(`format_ipv4_mask("192.168.1.255", 24)`, `"192.168.1.0/24"`)
	f(`ipv6_compare("fe80::85d:e82c:9446:7994", "fe80::85d:e82c:9446:7995")`, `-1`)
	f(`ipv6_is_match("192.168.1.7/24", "192.168.1.1")`, `true`)
	f(`has_ipv4("05:04:54 127.0.0.1 GET", "127.0.0.1")`, `true`)
	f(`has_ipv4("127.0.0.12", "127.0.0.1")`, `false`)
	f(`has_ipv4_prefix("05:04:54 127.0.0.1 GET", "127.0.")`, `true`)
	f(`has_ipv4_prefix("05:04:54 127.0.0.1 GET", "127.0")`, `false`)
	f(`has_any_ipv4_prefix("05:04:54 127.0.0.1 GET", dynamic(["10.", "127.0."]))`, `true`)
	f(`has_any_ipv4("05:04:54 127.0.0.1 GET", "10.0.0.1", "127.0.0.1")`, `true`)
	// Times.
	f(`format_datetime(datetime(2017-01-29 09:00:05.1234567), "yy-MM-dd [HH:mm:ss.fffffff] tt")`, `"17-01-29 [09:00:05.1234567] AM"`)
	f(`format_timespan(-1d - 2h, "d.hh:mm")`, `"-1.02:00"`)
	f(`endofday(datetime(2017-01-01 10:10:17), -1)`, `"2016-12-31T23:59:59.9999999Z"`)
	f(`datetime(2016-12-31 23:59:59.9999999) - datetime(2016-12-31)`, `"23:59:59.9999999"`)
	f(`datetime_part("nanosecond", datetime(2017-10-30 01:02:03.7654321))`, `765432100`)
	f(`datetime_part("week_of_year", datetime(2017-10-30 01:02:03.7654321))`, `44`)
	f(`unixtime_milliseconds_todatetime(1546300800000)`, `"2019-01-01T00:00:00Z"`)
	f(`unixtime_nanoseconds_todatetime(1546300800000000000)`, `"2019-01-01T00:00:00Z"`)
	f(`make_datetime(2017, 10, 1, 12, 10, 0.1234567)`, `"2017-10-01T12:10:00.1234567Z"`)
	f(`make_datetime(2017, 2, 30)`, `null`)
	f(`datetime_utc_to_local(datetime(2020-07-01 12:00), "Europe/Berlin")`, `"2020-07-01T14:00:00Z"`)
	f(`datetime_local_to_utc(datetime(2020-07-01 12:00), "Europe/Berlin")`, `"2020-07-01T10:00:00Z"`)
	f(`todatetime("12/31/2024 23:59:59") < datetime(2024-12-31 23:59:59.0000001)`, `true`)
	// Dynamics.
	f(`array_sort_desc(dynamic(["b", 3, null, "a", 1]))`, `"[\"b\",\"a\",3,1,null]"`)
	f(`array_sort_asc(dynamic([null, 2, 1]), false)`, `"[null,1,2]"`)
	f(`array_index_of(dynamic(["a", "b", "a"]), "a", 1)`, `2`)
	f(`array_rotate_left(dynamic([1, 2, 3, 4, 5]), 2)`, `"[3,4,5,1,2]"`)
	f(`array_rotate_right(dynamic([1, 2, 3, 4, 5]), 2)`, `"[4,5,1,2,3]"`)
	f(`array_shift_left(dynamic([1, 2, 3, 4, 5]), 2, -1)`, `"[3,4,5,-1,-1]"`)
	f(`array_shift_right(dynamic([1, 2, 3, 4, 5]), 2)`, `"[null,null,1,2,3]"`)
	f(`array_split(dynamic([1, 2, 3, 4, 5]), dynamic([1, 3]))`, `"[[1],[2,3],[4,5]]"`)
	f(`array_slice(dynamic([1, 2, 3, 4, 5]), -3, -2)`, `"[3,4]"`)
	f(`bag_has_key(dynamic({"k": {"s": 1}}), "$.k.s")`, `true`)
	f(`bag_remove_keys(dynamic({"a": 1, "b": {"c": 2, "d": 3}}), dynamic(["a", "$.b.c"]))`, `"{\"b\":{\"d\":3}}"`)
	f(`bag_set_key(dynamic({"a": 1}), "b", "x")`, `"{\"a\":1,\"b\":\"x\"}"`)
	f(`bag_zip(dynamic(["a", "b"]), dynamic([1]))`, `"{\"a\":1,\"b\":null}"`)
	f(`set_union(dynamic([1, "x"]), dynamic(["x", 2.0]))`, `"[1,\"x\",2.0]"`)
	f(`set_difference(dynamic([1, 2, 3]), dynamic([2]), dynamic([3]))`, `"[1]"`)
	f(`jaccard_index(dynamic([1, 2, 3, 4]), dynamic([3, 4, 5, 6]))`, `0.3333333333333333`)
	f(`range(1, 7, 3)`, `"[1,4,7]"`)
	f(`array_length(range(datetime(2020-01-01), datetime(2020-01-02), 6h))`, `5`)
	f(`repeat("x", 2)`, `"[\"x\",\"x\"]"`)
	f(`zip(dynamic([1, 2]), dynamic(["a"]))`, `"[[1,\"a\"],[2,null]]"`)
	f(`treepath(dynamic({"l": [1, {"x": "y"}]}))`, `"[\"['l']\",\"['l'][0]\",\"['l'][0]['x']\"]"`)
	f(`strcat_array(dynamic([1, null, 3]), "-")`, `"1--3"`)
	f(`tostring(dynamic({"it's \"x\"": 5})["it's \"x\""])`, `"5"`)
	f(`gettype(dynamic([1])[0])`, `"long"`)

	for name, text := range map[string]string{
		"constants": "print " + strings.Join(queries, ", "),
		"columns":   `T | where k == 1 | project ` + strings.Join(unfolded(queries), ", "),
	} {
		t.Run(name, func(t *testing.T) {
			rows, _, err := kql.Ask(t.Context(), s, people+text, kql.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			var got []string
			for i, v := range rows.Values() {
				line, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, queries[i]+" = "+string(line))
			}
			if diff := cmp.Diff(got, wants); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// unfolded hides the first text of each expression behind a column.
func unfolded(all []string) []string {
	out := make([]string, len(all))
	for i, x := range all {
		open := strings.IndexByte(x, '(')
		rest := x[open+1:]
		if quote := strings.IndexAny(rest, `"'@`); open > 0 && quote == 0 && rest[0] != '@' && !strings.HasPrefix(x, "datetime_part") {
			if end := strings.IndexByte(rest[1:], rest[0]); end >= 0 && !strings.Contains(rest[:end+1], `\`) {
				x = x[:open+1] + "strcat(" + rest[:end+2] + ", substring(g, 1))" + rest[end+2:]
			}
		}
		out[i] = x
	}
	return out
}
