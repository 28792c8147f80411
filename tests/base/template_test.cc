#include "base/template.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <thread>

namespace alarum {
namespace {

const std::map<std::string, std::string, std::less<>> kEvent{{"subject", "s1"},
                                                             {"content.npu", "3"},
                                                             {"empty", ""},
                                                             {"off", "false"},
                                                             {"markup", "<b>&\"'"}};

std::optional<std::string> value_of(std::string_view name) {
  const auto found = kEvent.find(name);
  return found == kEvent.end() ? std::nullopt : std::optional(found->second);
}

std::string render(const std::string& text, const Template::Escape& escape = {}) {
  const auto parsed = Template::parse(text);
  if (!parsed) return parsed.error().reason + ": " + parsed.error().message;
  std::size_t missing = 0;
  auto out = parsed->render(value_of, missing, escape);
  return missing == 0 ? out : out + " [" + std::to_string(missing) + " missing]";
}

TEST(Template, PutsValuesInPlace) {
  EXPECT_EQ(render("{{subject}}: NPU {{ content.npu }} lost"), "s1: NPU 3 lost");
  EXPECT_EQ(render("no tags, {one} } brace"), "no tags, {one} } brace");
  EXPECT_EQ(render("a{{! a comment }}b"), "ab");
  EXPECT_EQ(render("中文 {{subject}}\nline {{subject}}\n"), "中文 s1\nline s1\n");
  EXPECT_EQ(render(""), "");
}

TEST(Template, LeavesValuesAsTheyAreWithoutAnEscape) {
  EXPECT_EQ(render("{{markup}} {{{markup}}} {{&markup}}"), "<b>&\"' <b>&\"' <b>&\"'");
}

TEST(Template, EscapesEveryFormOfAVariable) {
  const auto stars = [](std::string_view value) { return std::string(value.size(), '*'); };
  EXPECT_EQ(render("<{{subject}} {{{subject}}} {{&subject}}>", stars), "<** ** **>");
  EXPECT_EQ(render("{{gone}}", stars), "********* [1 missing]");
}

TEST(Template, SaysWhichNameIsMissingAndCountsIt) {
  EXPECT_EQ(render("{{gone}} and {{data.gone}} and {{gone}}"),
            "<no gone> and <no data.gone> and <no gone> [3 missing]");
}

TEST(Template, ASectionStandsWhereItsNameHasAValue) {
  EXPECT_EQ(render("{{#subject}}on {{subject}}{{/subject}}{{^subject}}nowhere{{/subject}}"),
            "on s1");
  EXPECT_EQ(render("{{#gone}}on{{/gone}}{{^gone}}nowhere{{/gone}}"), "nowhere");
  EXPECT_EQ(render("{{#empty}}a{{/empty}}{{#off}}b{{/off}}{{^off}}c{{/off}}"), "c");
  EXPECT_EQ(render("{{#subject}}{{#content.npu}}NPU {{content.npu}}{{/content.npu}}{{/subject}}"),
            "NPU 3");
}

TEST(Template, ListsItsNamesOnceInOrder) {
  const auto parsed =
      Template::parse("{{b}} {{#content.npu}}{{a}}{{{b}}}{{/content.npu}} {{&c}} {{!d}}");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->names(), (std::vector<std::string>{"b", "content.npu", "a", "c"}));
  EXPECT_EQ(parsed->text(), "{{b}} {{#content.npu}}{{a}}{{{b}}}{{/content.npu}} {{&c}} {{!d}}");
}

TEST(Template, RefusesWhatItDoesNotHave) {
  EXPECT_EQ(render("x {{> footer}}"),
            "bad_template: partials (\"{{>footer}}\" at byte 3) are not available");
  EXPECT_EQ(render("{{=<% %>=}}"), "bad_template: delimiter changes (at byte 1) are not available");
  EXPECT_EQ(render("{{.}}"),
            "bad_template: \".\" at byte 1 is not a name: a path such as \"subject\" or "
            "\"content.npu\" is");
  EXPECT_EQ(render("{{a..b}}"),
            "bad_template: \"a..b\" at byte 1 is not a name: a path such as \"subject\" or "
            "\"content.npu\" is");
  EXPECT_EQ(render("{{}}"), "bad_template: the tag at byte 1 has no name");
}

TEST(Template, RefusesTagsAndSectionsThatAreNotClosed) {
  EXPECT_EQ(render("a {{subject"),
            "bad_template: the tag at byte 3 is not closed: \"}}\" is missing");
  EXPECT_EQ(render("{{{subject}}"),
            "bad_template: the tag at byte 1 is not closed: \"}}}\" is missing");
  EXPECT_EQ(render("{{"), "bad_template: the tag at byte 1 is not closed: \"}}\" is missing");
  EXPECT_EQ(render("{{#a}}x"), "bad_template: section \"a\" is not closed: \"{{/a}}\" is missing");
  EXPECT_EQ(render("{{#a}}{{/b}}"), "bad_template: \"{{/b}}\" at byte 7 closes section \"a\"");
  EXPECT_EQ(render("x{{/a}}"), "bad_template: \"{{/a}}\" at byte 2 closes no section");
}

TEST(Template, IsBoundedInSizeAndDepth) {
  EXPECT_EQ(render(std::string(kMaxTemplateText + 1, 'x')),
            "bad_template: a template longer than 65536 bytes");
  std::string deep;
  for (std::size_t i = 0; i <= kMaxTemplateDepth; ++i) deep += "{{#a}}";
  EXPECT_EQ(render(deep), "bad_template: sections nested deeper than 16 (at byte 97)");
}

std::string with_partials(const std::string& text) {
  static const std::map<std::string, std::string, std::less<>> kTexts{
      {"host", "{{#subject}}{{subject}}{{/subject}}{{^subject}}?{{/subject}}"},
      {"card", "NPU {{content.npu}}"},
      {"open", "{{#subject}}"},
      {"shut", "{{/subject}}"},
      {"ring", "{{>ring}}"},
      {"long", std::string(kMaxTemplateText, 'x')}};
  const auto parsed = Template::parse(text, [](std::string_view name) -> Result<std::string> {
    if (const auto found = kTexts.find(name); found != kTexts.end()) return found->second;
    return fail("none", "there is no \"" + std::string(name) + "\"");
  });
  if (!parsed) return parsed.error().message;
  std::size_t missing = 0;
  return parsed->render(value_of, missing) + (missing ? " missing" : "");
}

TEST(Template, PutsPartialsIntoTheirPlaces) {
  EXPECT_EQ(with_partials("a {{> card }} b {{>host}}"), "a NPU 3 b s1");
  EXPECT_EQ(with_partials("{{#off}}{{>card}}{{/off}}{{^off}}{{>host}}{{/off}}"), "s1");
  const auto parsed = Template::parse(
      "<{{>x}}>{{!>x}}", [](std::string_view) { return Result<std::string>("{{y}}"); });
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text(), "<{{y}}>{{!>x}}");
  EXPECT_EQ(parsed->names(), std::vector<std::string>{"y"});
}

TEST(Template, RefusesPartialsThatAreMissingOrNotWhole) {
  EXPECT_EQ(with_partials("x {{>none}}"), "there is no \"none\" (at byte 3)");
  EXPECT_EQ(with_partials("{{>open}}x{{/subject}}"),
            "in \"open\": section \"subject\" is not closed: \"{{/subject}}\" is missing");
  EXPECT_EQ(with_partials("{{#subject}}x{{>shut}}"),
            "in \"shut\": \"{{/subject}}\" at byte 1 closes no section");
  EXPECT_EQ(with_partials("{{>ring}}"),
            "in \"ring\": partials (\"{{>ring}}\" at byte 1) are not available in partials");
  EXPECT_EQ(with_partials("{{>long}}x"), "a template longer than 65536 bytes");
  EXPECT_EQ(with_partials("{{>long}}{{>long}}"), "in \"long\": a template longer than 65536 bytes");
}

// Under the tsan preset this is what says that rendering writes nothing that is shared.
TEST(Template, RendersOnManyThreadsAtOnce) {
  const auto parsed = Template::parse("{{#subject}}{{subject}}\n{{/subject}}{{content.npu}}");
  ASSERT_TRUE(parsed);
  std::vector<std::jthread> threads;
  std::array<int, 4> right{};
  for (auto& mine : right) {
    threads.emplace_back([&mine, text = *parsed] {
      for (int i = 0; i < 500; ++i) {
        std::size_t missing = 0;
        mine += text.render(value_of, missing) == "s1\n3";
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, (std::array<int, 4>{500, 500, 500, 500}));
}

}  // namespace
}  // namespace alarum
