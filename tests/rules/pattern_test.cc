#include "rules/pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

using Op = Predicate::Op;

// Without a default, so that the compiler names each Op that is forgotten here.
std::string word_of(Op op) {
  switch (op) {
    case Op::null:
      return "null";
    case Op::boolean:
      return "boolean";
    case Op::number:
      return "number";
    case Op::string:
      return "string";
    case Op::prefix:
      return "prefix";
    case Op::suffix:
      return "suffix";
    case Op::equals_ignore_case:
      return "ignore-case";
    case Op::wildcard:
      return "wildcard";
    case Op::prefix_ignore_case:
      return "prefix-ignore-case";
    case Op::suffix_ignore_case:
      return "suffix-ignore-case";
    case Op::numeric:
      return "numeric";
    case Op::exists:
      return "exists";
    case Op::cidr:
      return "cidr";
    case Op::anything_but_values:
      return "but";
    case Op::anything_but_prefix:
      return "but-prefix";
    case Op::anything_but_suffix:
      return "but-suffix";
    case Op::anything_but_ignore_case:
      return "but-ignore-case";
    case Op::anything_but_wildcard:
      return "but-wildcard";
  }
  return "";
}

std::string show(const Predicate& p) {
  auto out = word_of(p.op);
  if (p.op == Op::exists || p.op == Op::boolean) return out + (p.flag ? ":true" : ":false");
  if (p.low) out += fmt::format(" {}{}", p.low->inclusive ? ">=" : ">", p.low->value);
  if (p.high) out += fmt::format(" {}{}", p.high->inclusive ? "<=" : "<", p.high->value);
  if (!p.text.empty()) out += ":" + p.text;
  for (const auto& operand : p.operands) out += "(" + show(operand) + ")";
  return out;
}

// `a=string:x|prefix:y b=…`, the branches of `$or` in braces.
std::string show(const Clause& clause) {
  std::vector<std::string> parts;
  for (const auto& field : clause.fields) {
    std::vector<std::string> any;
    for (const auto& p : field.any) any.push_back(show(p));
    parts.push_back(field.path + "=" + fmt::format("{}", fmt::join(any, "|")));
  }
  for (const auto& group : clause.or_groups) {
    std::vector<std::string> branches;
    for (const auto& branch : group) branches.push_back(show(branch));
    parts.push_back(fmt::format("{{{}}}", fmt::join(branches, " or ")));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string pattern(const std::string& text) {
  Diagnostics out;
  const auto node = parse_json(text, "p", out);
  const auto clause = node ? parse_pattern(*node, out) : std::nullopt;
  EXPECT_EQ(clause.has_value(), out.ok());
  return clause ? show(*clause) : out.text();
}

std::string match(const std::string& text) {
  Diagnostics out;
  const auto node = parse_yaml(text, "m", out);
  const auto pattern = node ? parse_match(*node, out) : std::nullopt;
  EXPECT_EQ(pattern.has_value(), out.ok());
  if (!pattern) return out.text();
  std::vector<std::string> alternatives;
  for (const auto& one : pattern->alternatives) alternatives.push_back(show(one));
  return fmt::format("{}", fmt::join(alternatives, " OR "));
}

TEST(Pattern, JoinsNestedNamesIntoPaths) {
  EXPECT_EQ(pattern(R"({"source":["s"],"detail":{"state":{"value":["ALARM"]},"a.b":[1]}})"),
            "source=string:s detail.state.value=string:ALARM detail.a.b=number:1");
}

TEST(Pattern, TakesEveryLiteral) {
  EXPECT_EQ(pattern(R"({"a":["x","",5.0,9007199254740993,1e400,true,false,null]})"),
            "a=string:x|string|number:5.0|number:9007199254740993|number:1e400|boolean:true|"
            "boolean:false|null:null");
}

TEST(Pattern, TakesEveryMatcher) {
  EXPECT_EQ(
      pattern(
          R"({"a":[{"prefix":"x"},{"suffix":""},{"prefix":{"equals-ignore-case":"x"}},{"suffix":{"equals-ignore-case":"y"}},{"equals-ignore-case":"z"}]})"),
      "a=prefix:x|suffix|prefix-ignore-case:x|suffix-ignore-case:y|ignore-case:z");
  EXPECT_EQ(
      pattern(
          R"({"a":[{"wildcard":"a*\\*b\\\\"},{"exists":true},{"exists":false},{"cidr":"10.0.0.5/24"},{"exactly":"x"}]})"),
      "a=wildcard:a*\\*b\\\\|exists:true|exists:false|cidr:10.0.0.5/24|string:x");
  EXPECT_EQ(
      pattern(
          R"({"a":[{"numeric":["=",5]},{"numeric":["<",1e2]},{"numeric":["<=",-1]},{"numeric":[">",0.5]},{"numeric":[">=",0]},{"numeric":[">",0,"<=",5]}]})"),
      "a=numeric >=5 <=5|numeric <100|numeric <=-1|numeric >0.5|numeric >=0|numeric >0 <=5");
}

TEST(Pattern, TakesEveryFormOfAnythingBut) {
  EXPECT_EQ(
      pattern(
          R"({"a":[{"anything-but":"x"},{"anything-but":5},{"anything-but":["x","y"]},{"anything-but":[1,2]}]})"),
      "a=but(string:x)|but(number:5)|but(string:x)(string:y)|but(number:1)(number:2)");
  EXPECT_EQ(
      pattern(
          R"({"a":[{"anything-but":{"prefix":"x"}},{"anything-but":{"suffix":["x","y"]}},{"anything-but":{"equals-ignore-case":["x"]}},{"anything-but":{"wildcard":["*","x"]}}]})"),
      "a=but-prefix(string:x)|but-suffix(string:x)(string:y)|but-ignore-case(string:x)|but-"
      "wildcard(string:*)(string:x)");
}

TEST(Pattern, TakesNestedOrAndItsSiblings) {
  EXPECT_EQ(
      pattern(R"({"c":["z"],"d":{"$or":[{"a":["x"]},{"b":["y"],"$or":[{"e":[1]},{"f":[2]}]}]}})"),
      "c=string:z {d.a=string:x or d.b=string:y {d.e=number:1 or d.f=number:2}}");
}

TEST(Pattern, KeepsBothOfADuplicateKeyInOrderSoThatTheLaterHolds) {
  Diagnostics out;
  const auto clause = parse_pattern(
      *parse_json(R"({"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}],"a":["w"]})", "p", out), out);
  ASSERT_TRUE(clause);
  EXPECT_LT(clause->fields[0].order, clause->or_groups[0][0].fields[0].order);
  EXPECT_LT(clause->or_groups[0][0].fields[0].order, clause->fields[1].order);
}

// The message at the place, or the whole list of them.
TEST(Pattern, RefusesWhatIsNoPattern) {
  EXPECT_EQ(
      pattern("{}"),
      "p:1:1: error: an empty object is not a pattern: name a field and the values it may have\n");
  EXPECT_EQ(pattern("[1]"), "p:1:1: error: a pattern is an object, not a list\n");
  EXPECT_EQ(pattern(R"({"a":"x"})"),
            "p:1:6: error: \"a\" must be an object or an array, not string \"x\"\n");
  EXPECT_EQ(
      pattern(R"({"a":[]})"),
      "p:1:6: error: an empty array matches nothing: list the values that the field may have\n");
  EXPECT_EQ(
      pattern(R"({"a":{}})"),
      "p:1:6: error: an empty object is not a pattern: name a field and the values it may have\n");
  EXPECT_EQ(pattern(R"({"a":[["x"]]})"),
            "p:1:7: error: a value must be a string, number, true, false, null or a matcher, not "
            "an array\n");
  EXPECT_EQ(pattern(R"({"a":[{}]})"), "p:1:7: error: an empty object is not a matcher\n");
  EXPECT_EQ(pattern(R"({"a":[{"prefix":"x","suffix":"y"}]})"),
            "p:1:7: error: only one matcher is allowed in an object\n");
  EXPECT_EQ(pattern(R"({"a":["x"],"a":5})"),
            "p:1:16: error: \"a\" must be an object or an array, not number 5\n");
}

TEST(Pattern, ATextThatLooksLikeAComparisonIsWarnedOf) {
  const auto warned = [](const std::string& value) {
    return said("rules: [{alert: A, match: {data: {n: [" + value + "]}}, resolve_after: 1h}]\n");
  };
  EXPECT_EQ(warned("'> 10'"),
            "r.yaml:1:39: warning: \"> 10\" is a text here, not a comparison: write {numeric: "
            "[\">\", 10]}\n");
  EXPECT_EQ(warned("'==2.5'"),
            "r.yaml:1:39: warning: \"==2.5\" is a text here, not a comparison: write {numeric: "
            "[\"=\", 2.5]}\n");
  EXPECT_EQ(warned("'> ten', '->', '<unknown>', 10"), "");
}

TEST(Pattern, SuggestsTheMatcherThatWasMeant) {
  EXPECT_EQ(pattern(R"({"a":[{"prefx":"x"}]})"),
            "p:1:8: error: unknown matcher \"prefx\" (did you mean \"prefix\"?); there are prefix, "
            "suffix, equals-ignore-case, wildcard, anything-but, numeric, exists, cidr, exactly\n");
}

TEST(Pattern, NamesEveryFaultInOneGo) {
  const auto faults =
      pattern("{\"a\":[],\n\"b\":\"x\",\n\"c\":[{\"exists\":1},{\"wildcard\":\"**\"}]}");
  EXPECT_EQ(std::count(faults.begin(), faults.end(), '\n'), 4) << faults;
  EXPECT_NE(faults.find("p:2:5:"), std::string::npos) << faults;
  EXPECT_NE(faults.find("p:3:16:"), std::string::npos) << faults;
}

std::string fault(const std::string& matcher) {
  const auto text = pattern("{\"a\":[" + matcher + "]}");
  const auto at = text.find("error: ");
  return at == std::string::npos ? "accepted: " + text : text.substr(at + 7, text.size() - at - 8);
}

TEST(Pattern, RefusesWrongOperands) {
  EXPECT_EQ(fault(R"({"prefix":5})"), "\"prefix\" takes a string, not number 5");
  EXPECT_EQ(fault(R"({"suffix":{"prefix":"x"}})"),
            "\"suffix\" takes a string or {\"equals-ignore-case\": string}");
  EXPECT_EQ(fault(R"({"prefix":{"equals-ignore-case":"x","a":1}})"),
            "\"prefix\" takes a string or {\"equals-ignore-case\": string}");
  EXPECT_EQ(fault(R"({"equals-ignore-case":["x"]})"),
            "\"equals-ignore-case\" takes a string, not a list");
  EXPECT_EQ(fault(R"({"exactly":33})"), "\"exactly\" takes a string, not number 33");
  EXPECT_EQ(fault(R"({"exists":"true"})"), "\"exists\" takes true or false, not string \"true\"");
  EXPECT_EQ(fault(R"({"wildcard":null})"), "\"wildcard\" takes a string, not null");
  EXPECT_EQ(fault(R"({"cidr":5})"), "\"cidr\" takes a string, not number 5");
}

TEST(Pattern, RefusesBrokenWildcards) {
  EXPECT_EQ(fault(R"({"wildcard":"a**b"})"),
            "consecutive wildcard characters at position 2 of \"a**b\"");
  EXPECT_EQ(fault(R"({"wildcard":"a\\qb"})"),
            "invalid escape at position 2 of \"a\\qb\": only \\* and \\\\ are known");
  EXPECT_EQ(fault(R"({"wildcard":"a\\"})"),
            "invalid escape at position 2 of \"a\\\": only \\* and \\\\ are known");
  EXPECT_EQ(fault(R"({"wildcard":"\\**\\*"})"), "accepted: a=wildcard:\\**\\*");
  EXPECT_EQ(fault(R"({"anything-but":{"wildcard":["x","**"]}})"),
            "consecutive wildcard characters at position 1 of \"**\"");
}

TEST(Pattern, RefusesBrokenNumericRules) {
  for (const auto* operand :
       {"5", "[]", "[\"=\"]", "[\"=\",1,\"<\"]", "[\"=\",3,\"<\",5]", "[\"<\",10,\">\",5]",
        "[\">\",1,\"=\",2]", "[\">\",1,\">\",2]", "[\"<>\",1]", "[5,\"=\"]", "[\"<\",1,\"<\",2]",
        "[\"=\",1,\"x\",2,3]"}) {
    EXPECT_EQ(fault(std::string(R"({"numeric":)") + operand + "}").substr(0, 15),
              operand == std::string("[5,\"=\"]") ? "\"numeric\" compa" : "\"numeric\" takes")
        << operand;
  }
  EXPECT_EQ(fault(R"({"numeric":["<=","-4e-6"]})"),
            "\"numeric\" compares numbers, not string \"-4e-6\"");
  EXPECT_EQ(fault(R"({"numeric":[">",0,"<",0]})"),
            "the lower bound of \"numeric\" must be less than the upper one");
  EXPECT_EQ(fault(R"({"numeric":[">=",10,"<=",5]})"),
            "the lower bound of \"numeric\" must be less than the upper one");
  EXPECT_EQ(
      fault(R"({"numeric":["=",9007199254740993]})"),
      "9007199254740993 cannot be compared: it is not exactly a 64-bit floating-point number");
  EXPECT_EQ(fault(R"({"numeric":[">",1152921504606846976]})"),
            "1152921504606846976 cannot be compared: write it as 1152921504606847000, the shortest "
            "decimal of the same 64-bit floating-point number");
  EXPECT_EQ(fault(R"({"numeric":["<",1e400]})"),
            "1e400 cannot be compared: it is not exactly a 64-bit floating-point number");
  EXPECT_EQ(fault(R"({"numeric":["=",1E-325]})"),
            "1E-325 cannot be compared: it is not exactly a 64-bit floating-point number");
}

TEST(Pattern, RefusesBrokenAnythingBut) {
  EXPECT_EQ(fault(R"({"anything-but":["x",5]})"),
            "the list of \"anything-but\" must not be empty, and its values are all strings or all "
            "numbers");
  EXPECT_EQ(fault(R"({"anything-but":[]})"),
            "the list of \"anything-but\" must not be empty, and its values are all strings or all "
            "numbers");
  EXPECT_EQ(fault(R"({"anything-but":true})"),
            "\"anything-but\" takes strings or numbers, not true");
  EXPECT_EQ(fault(R"({"anything-but":[null]})"),
            "\"anything-but\" takes strings or numbers, not null");
  EXPECT_EQ(
      fault(R"({"anything-but":9007199254740993})"),
      "9007199254740993 cannot be compared: it is not exactly a 64-bit floating-point number");
  EXPECT_EQ(fault(R"({"anything-but":{"prefix":""}})"), "an empty prefix leaves nothing to match");
  EXPECT_EQ(fault(R"({"anything-but":{"suffix":["x",""]}})"),
            "an empty suffix leaves nothing to match");
  EXPECT_EQ(fault(R"({"anything-but":{"prefix":27}})"), "\"prefix\" takes a string, not number 27");
  EXPECT_EQ(fault(R"({"anything-but":{"equals-ignore-case":[1]}})"),
            "\"equals-ignore-case\" takes a string, not number 1");
  for (const auto* form :
       {R"({"numeric":["=",1]})", R"({"exists":true})", "{}", R"({"prefix":"a","suffix":"b"})"}) {
    EXPECT_EQ(fault(std::string(R"({"anything-but":)") + form + "}"),
              "\"anything-but\" takes one of "
              "{\"prefix\"|\"suffix\"|\"equals-ignore-case\"|\"wildcard\": string or list}");
  }
}

TEST(Pattern, RefusesBrokenBlocks) {
  for (const auto* block :
       {"10.0.0.1", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/", "10.0.0.1/24/8", "10.0.0/24",
        "256.0.0.0/8", "foo/8", "::1/129", "/8", "10.0.0.1/2x", ""}) {
    EXPECT_EQ(
        fault(fmt::format("{{\"cidr\":\"{}\"}}", block)),
        fmt::format("\"{}\" is not an address block such as 10.0.0.0/24 or 2001:db8::/32", block));
  }
  for (const auto* block :
       {"10.0.0.1/32", "0.0.0.0/0", "::/0", "2001:DB8::1/128", "010.000.000.001/8"})
    EXPECT_EQ(fault(fmt::format("{{\"cidr\":\"{}\"}}", block)).substr(0, 9), "accepted:") << block;
}

TEST(Pattern, IsStrictAboutOr) {
  const std::string wanted = "p:1:8: error: \"$or\" must be an array of at least two objects\n";
  for (const auto* value :
       {R"([{"a":["x"]}])", "[]", R"({"a":["x"]})", R"(["x","y"])", R"([{"a":["x"]},5])", "\"x\""})
    EXPECT_EQ(pattern(std::string(R"({"$or":)") + value + "}"), wanted) << value;
  EXPECT_EQ(
      pattern(R"({"$or":[{"a":["x"]},{}]})"),
      "p:1:21: error: an empty object is not a pattern: name a field and the values it may have\n");
  EXPECT_EQ(pattern(R"({"$or":[{"a":["x"]},{"b":"y"}]})"),
            "p:1:26: error: \"b\" must be an object or an array, not string \"y\"\n");
}

TEST(Pattern, RefusesReservedNamesInsideOrAtAnyDepth) {
  for (const auto* name : {"exactly", "prefix", "numeric", "cidr", "regex", "not-wildcard",
                           "date-after", "in-date-range", "ip-address-in-range", "=", ">="}) {
    const auto wanted = fmt::format(
        "error: \"{}\" is a reserved name and cannot be a field inside \"$or\"\n", name);
    EXPECT_NE(
        pattern(fmt::format(R"({{"$or":[{{"{}":["x"]}},{{"a":["x"]}}]}})", name)).find(wanted),
        std::string::npos)
        << name;
    EXPECT_NE(pattern(fmt::format(R"({{"$or":[{{"b":{{"{}":["x"]}}}},{{"a":["x"]}}]}})", name))
                  .find(wanted),
              std::string::npos)
        << name;
    EXPECT_EQ(pattern(fmt::format(R"({{"{}":["x"]}})", name)), fmt::format("{}=string:x", name));
  }
}

TEST(Pattern, BoundsCombinationsAndTexts) {
  const auto group = [](int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += fmt::format("{}{{\"f{}\":[1]}}", i ? "," : "", i);
    return "\"$or\":[" + out + "]";
  };
  EXPECT_EQ(pattern("{" + group(1000) + "}").substr(0, 1), "{");
  EXPECT_EQ(pattern("{" + group(1001) + "}"),
            "p:1:1: error: \"$or\" makes more than 1000 combinations of this pattern; split it "
            "into several rules\n");
  EXPECT_NE(
      pattern("{" + group(32) + ",\"a\":{" + group(32) + "}}").find("more than 1000 combinations"),
      std::string::npos);
  EXPECT_EQ(fault("\"" + std::string(5000, 'x') + "\""),
            "a value of 5000 bytes is over the limit of 4096");
}

TEST(Match, TakesShorthands) {
  EXPECT_EQ(match("heartbeat"), "type=string:heartbeat");
  EXPECT_EQ(match("[a, 'b']"), "type=string:a|string:b");
  EXPECT_EQ(match("{type: a, source: [b, {prefix: SYS}]}"),
            "type=string:a source=string:b|prefix:SYS");
  EXPECT_EQ(match("- {type: a}\n- {type: b, subject: c}"),
            "type=string:a OR type=string:b subject=string:c");
}

TEST(Match, TakesBareScalarsNestedMapsAndDottedPaths) {
  EXPECT_EQ(
      match("{data: {state: {value: ALARM}}, data.n: 5, data.t: true, x: null, code: '80E18402'}"),
      "data.state.value=string:ALARM data.n=number:5 data.t=boolean:true x=null:null "
      "code=string:80E18402");
  EXPECT_EQ(match("{a: yes, b: [no, on]}"), "a=string:yes b=string:no|string:on");
}

TEST(Match, WantsCodesQuotedThatYamlWouldReadAsNumbers) {
  EXPECT_EQ(match("{code: 80E18402}"),
            "m:1:8: error: 80E18402 is read as a number here: quote it if you mean the text\n");
  EXPECT_EQ(match("{code: [007, 0x1F]}"),
            "m:1:9: error: 007 is read as a number here: quote it if you mean the text\nm:1:14: "
            "error: 0x1F is read as a number here: quote it if you mean the text\n");
  EXPECT_NE(match("{code: [{anything-but: 007}]}").find("quote it"), std::string::npos);
}

TEST(Match, RefusesAMatcherThatStandsInNoList) {
  EXPECT_EQ(match("{type: {prefix: NPU}}"),
            "m:1:9: error: a matcher stands in a list: type: [{prefix: …}]; a field of that name "
            "is written type.prefix\n");
  EXPECT_EQ(match("{type.prefix: NPU}"), "type.prefix=string:NPU");
}

TEST(Match, RefusesWhatIsNoMatch) {
  for (const auto* text : {"5", "[]", "[a, {type: b}]", "[5]", "true"}) {
    EXPECT_NE(match(text).find("error: a pattern is a mapping of fields, an event type, a list of "
                               "types or a list of mappings, not "),
              std::string::npos)
        << text;
  }
  EXPECT_NE(match("{}").find("an empty object is not a pattern"), std::string::npos);
  EXPECT_NE(match("- {type: a}\n- {type: []}\n- {}").find("m:3:3"), std::string::npos);
}

}  // namespace
}  // namespace alarum::rules
