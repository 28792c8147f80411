#include "base/node.h"

#include <gtest/gtest.h>

namespace alarum {
namespace {

// The tree in short: text with a letter for its kind, and the places where a case is about them.
std::string show(const Node& node) {
  const auto list = [&] {
    std::string out;
    for (const auto& item : node.items) out += (out.empty() ? "" : " ") + show(item);
    for (const auto& [key, value] : node.members)
      out += (out.empty() ? "" : " ") + key.text + "=" + show(value);
    return out;
  };
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::boolean:
      return "b:" + node.text;
    case Node::Kind::number:
      return "n:" + node.text;
    case Node::Kind::string:
      return "s:" + node.text;
    case Node::Kind::sequence:
      return "[" + list() + "]";
    case Node::Kind::mapping:
      return "{" + list() + "}";
  }
  return {};
}

std::string at(const Node& node) {
  return std::to_string(node.place.line) + ":" + std::to_string(node.place.column);
}

std::string yaml(const std::string& text) {
  Diagnostics out;
  const auto node = parse_yaml(text, "f.yaml", out);
  return node && out.ok() ? show(*node) : out.text();
}

std::string json(const std::string& text) {
  Diagnostics out;
  const auto node = parse_json(text, "f.json", out);
  return node ? show(*node) : out.text();
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Yaml, TypesScalarsByTheCoreSchemaOfYaml12) {
  EXPECT_EQ(yaml("[yes, no, on, off, y, true, True, FALSE]"),
            "[s:yes s:no s:on s:off s:y b:true b:true b:false]");
  EXPECT_EQ(yaml("[~, null, Null, '', \"~\", nul]"), "[null null null s: s:~ s:nul]");
  EXPECT_EQ(yaml("[1, -1, +1, 007, 0o17, 0x1F, 1.10, .5, 1., 1e3, 80E18402, .inf, -.inf, .nan]"),
            "[n:1 n:-1 n:+1 n:007 n:0o17 n:0x1F n:1.10 n:.5 n:1. n:1e3 n:80E18402 n:.inf n:-.inf "
            "n:.nan]");
  EXPECT_EQ(yaml("[1_000, 12:30:45, 2026-11-23, 0b1, 1h, '5', \"0x1F\"]"),
            "[s:1_000 s:12:30:45 s:2026-11-23 s:0b1 s:1h s:5 s:0x1F]");
  EXPECT_EQ(yaml("a: |\n  12\nb:"), "{a=s:12\n b=null}");
}

TEST(Yaml, TellsWhichNumbersAreAmbiguous) {
  const auto ambiguous = [](const std::string& text) {
    Diagnostics out;
    return is_ambiguous_number(*parse_yaml(text, "f", out));
  };
  for (const auto* text :
       {"007", "0x1F", "0o7", "80E18402", "1e5", ".5", "1.", "+1", ".inf", ".nan", "-.5", "00"})
    EXPECT_TRUE(ambiguous(text)) << text;
  for (const auto* text : {"0", "7", "-7", "1.10", "3.018e2", "1e-5", "1E+5", "9007199254740993",
                           "'007'", "1_000", "0x1G"})
    EXPECT_FALSE(ambiguous(text)) << text;
  Diagnostics out;
  EXPECT_FALSE(is_ambiguous_number(*parse_json("1e5", "f", out)));
}

TEST(Yaml, GivesEveryValueItsPlace) {
  Diagnostics out;
  const auto root = parse_yaml("# c\nrules:\n  - alert: A\n    by: [x, {n: y}]\n", "f.yaml", out);
  const auto& rule = root->find("rules")->items[0];
  EXPECT_EQ(at(rule), "3:5");
  EXPECT_EQ(at(*rule.find("alert")), "3:12");
  EXPECT_EQ(at(rule.members[1].first), "4:5");
  EXPECT_EQ(at(*rule.find("by")->items[1].find("n")), "4:17");
  EXPECT_EQ(rule.place.file, "f.yaml");
}

TEST(Yaml, AnEmptyTextIsAnEmptyMapping) {
  for (const auto* text : {"", "# nothing\n", "---\n", "\xEF\xBB\xBF", "~"})
    EXPECT_EQ(yaml(text), "{}") << text;
}

TEST(Yaml, ReportsEveryDuplicateKeyWithBothPlaces) {
  EXPECT_EQ(yaml("a: 1\nb: {c: 1, c: 2}\na: 2\n"),
            "f.yaml:2:11: error: duplicate key \"c\" (first at 2:5)\n"
            "f.yaml:3:1: error: duplicate key \"a\" (first at 1:1)\n");
}

TEST(Yaml, RefusesWhatIsNotRead) {
  EXPECT_EQ(yaml("a: !!str 1\n"),
            "f.yaml:1:4: error: tags are not read: take \"tag:yaml.org,2002:str\" away, or write "
            "the text in quotes\n");
  EXPECT_EQ(yaml("? [a]\n: 1\n"),
            "f.yaml:1:3: error: a key must be a plain word or a string, not a list\n");
  EXPECT_EQ(yaml("a: 1\n---\nb: 1\n"),
            "f.yaml:2:1: error: a second document in the file: one is read\n");
  EXPECT_EQ(yaml("a: [1\nb: 2\n"),
            "f.yaml:1:4: error: the [ that opens here is not closed before line 2 (b: 2): the ] is "
            "missing\n");
  EXPECT_EQ(yaml("a: x\xFFy"), "f.yaml:1:5: error: byte 0xFF is not valid UTF-8\n");
  EXPECT_EQ(yaml(std::string("a: x\n\0y", 7)), "f.yaml:2:1: error: control character 0x00\n");
  EXPECT_EQ(yaml("a: *b"),
            "f.yaml:1:4: error: there is no anchor of that name before this: if * is part of a "
            "text, write it in quotes\n");
}

TEST(Yaml, ReadsAliasesWithinBounds) {
  EXPECT_EQ(yaml("a: &x {k: [1]}\nb: *x\n"), "{a={k=[n:1]} b={k=[n:1]}}");
  EXPECT_EQ(yaml("a: &x [*x]\n"),
            "f.yaml:1:8: error: an alias inside the value that it refers to\n");
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto n = std::to_string(i), alias = "*a" + std::to_string(i - 1);
    laughs += "a" + n + ": &a" + n + " [" + alias + repeated(", " + alias, 9) + "]\n";
  }
  EXPECT_EQ(yaml(laughs), "f.yaml:5:45: error: more than 100000 values in one file\n");
}

TEST(Yaml, ReadsMergeKeys) {
  EXPECT_EQ(yaml("a: &x {k: 1, l: 2}\nb: {l: 3, <<: *x}\n"), "{a={k=n:1 l=n:2} b={l=n:3 k=n:1}}");
  EXPECT_EQ(yaml("- &x {k: 1}\n- &y {k: 2, l: 3}\n- <<: [*x, *y]\n  m: 4\n"),
            "[{k=n:1} {k=n:2 l=n:3} {m=n:4 k=n:1 l=n:3}]");
  EXPECT_EQ(yaml("a: &x {<<: &y {k: 1}, l: 2}\nb: {<<: *x}\nc: *y\n"),
            "{a={l=n:2 k=n:1} b={l=n:2 k=n:1} c={k=n:1}}");
  EXPECT_EQ(yaml("a: {'<<': {k: 1}}"), "{a={<<={k=n:1}}}");
}

TEST(Yaml, BoundsWhatMergesMake) {
  std::string text = "a0: &a0 {k: [x, x, x, x, x, x, x, x, x, x]}\n";
  for (int i = 1; i < 18; ++i) {
    const auto n = std::to_string(i), from = std::to_string(i - 1);
    text += "a" + n + ": &a" + n + " {<<: *a" + from + ", k" + n + ": {<<: *a" + from + "}}\n";
  }
  EXPECT_NE(yaml(text).find("more than 100000 values in one file"), std::string::npos);
}

TEST(Yaml, BoundsDepth) {
  EXPECT_EQ(yaml(repeated("[", 128) + repeated("]", 128)).substr(0, 3), "[[[");
  EXPECT_EQ(yaml(repeated("[", 129) + repeated("]", 129)),
            "f.yaml:1:129: error: nested deeper than 128 levels\n");
  EXPECT_EQ(yaml("- &a " + repeated("[", 100) + repeated("]", 100) + "\n- " + repeated("[", 50) +
                 "*a" + repeated("]", 50)),
            "f.yaml:2:53: error: nested deeper than 128 levels\n");
}

TEST(Json, KeepsNumbersAsTheyWereWritten) {
  EXPECT_EQ(json("[9007199254740993, 123456789012345678901234567890, 1.10, -0, 1E400, 0.0]"),
            "[n:9007199254740993 n:123456789012345678901234567890 n:1.10 n:-0 n:1E400 n:0.0]");
}

TEST(Json, DecodesStrings) {
  EXPECT_EQ(json(R"(["a\"\\\/\b\f\n\r\t", "\u00e9\u4e2d\ud83d\ude00", "é"])"),
            "[s:a\"\\/\b\f\n\r\t s:é中😀 s:é]");
}

TEST(Json, KeepsDuplicateKeysInOrderAndFindsTheLast) {
  Diagnostics out;
  const auto node = parse_json(R"({"a": 1, "a": 2})", "f.json", out);
  EXPECT_TRUE(out.ok());
  EXPECT_EQ(show(*node), "{a=n:1 a=n:2}");
  EXPECT_EQ(node->find("a")->text, "2");
  check_unique_keys(*node, out);
  EXPECT_EQ(out.text(), "f.json:1:10: error: duplicate key \"a\" (first at 1:2)\n");
}

TEST(Json, GivesEveryValueItsPlace) {
  Diagnostics out;
  const auto node = parse_json("{\n  \"a\": [1,\n   {\"b\": true}]\n}", "f.json", out);
  EXPECT_EQ(at(node->members[0].first), "2:3");
  EXPECT_EQ(at(*node->find("a")->items[1].find("b")), "3:10");
}

TEST(Json, RefusesWithPlaceWhatTheGrammarDoesNotHave) {
  const auto fault = [](const std::string& text) {
    auto said = json(text);
    const std::string before = "f.json:", between = ": error: not valid JSON: ";
    return said.substr(before.size(), said.find(between) - before.size()) + " " +
           said.substr(said.find(between) + between.size());
  };
  EXPECT_EQ(fault(R"({"x":tru})"), "1:6 not a JSON value\n");
  EXPECT_EQ(fault("[1 2]"), "1:4 \",\" or \"]\" is needed\n");
  EXPECT_EQ(fault(R"({"a":01e})"), "1:7 a number does not begin with 0\n");
  EXPECT_EQ(fault(R"({"a":1.})"), "1:8 a digit is needed after the decimal point\n");
  EXPECT_EQ(fault(R"({"a":1e})"), "1:8 a digit is needed in the exponent\n");
  EXPECT_EQ(fault(R"(["\q"])"), "1:3 no such escape in JSON\n");
  EXPECT_EQ(fault(R"(["\ud800x"])"), "1:3 a surrogate without its other half\n");
  EXPECT_EQ(fault(R"(["\udc00"])"), "1:3 a surrogate without its other half\n");
  EXPECT_EQ(fault(R"(["\u12g4"])"), "1:3 \\u needs four hex digits\n");
  EXPECT_EQ(fault("[\"a\nb\"]"), "1:4 a control character in a string must be escaped\n");
  EXPECT_EQ(fault(R"(["abc)"), "1:6 a string is not closed\n");
  EXPECT_EQ(fault(R"({"k" 1})"), "1:6 \":\" is needed after a member name\n");
  EXPECT_EQ(fault(R"({"k": 1,,})"), "1:9 a member name in double quotes is needed\n");
  EXPECT_EQ(fault(R"({"k": 1} x)"), "1:10 unexpected text after the end of the JSON value\n");
  EXPECT_EQ(fault("[1,]"), "1:4 not a JSON value\n");
  EXPECT_EQ(fault(""), "1:1 the text ends where a value is needed\n");
  EXPECT_EQ(fault("[\n-"), "2:1 not a JSON value\n");
  EXPECT_EQ(fault(repeated("[", 129)), "1:129 nested deeper than 128 levels\n");
  EXPECT_EQ(json("[\"\xED\xA0\x80\"]"), "f.json:1:3: error: byte 0xED is not valid UTF-8\n");
}

}  // namespace
}  // namespace alarum
