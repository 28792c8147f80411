#include "import/go_template.h"

#include <gtest/gtest.h>

namespace alarum::import {
namespace {

std::string made(const std::string& text) {
  const auto translation = translate_go_template(text);
  return translation ? translation->text : "! " + translation.error().message;
}

struct Pair {
  const char *theirs, *ours;
};
class GoTemplate : public testing::TestWithParam<Pair> {};

TEST_P(GoTemplate, BecomesOneOfOurs) {
  EXPECT_EQ(made(GetParam().theirs), GetParam().ours);
}

constexpr Pair kUsual[] = {
    {"no tags", "no tags"},
    {"{{ .Status }}: {{.CommonLabels.alertname}}", "{{status}}: {{alertname}}"},
    {"{{ .CommonLabels.instance }} {{ .GroupLabels.job }} {{ .CommonAnnotations.summary }}",
     "{{labels.instance}} {{group.job}} {{annotations.summary}}"},
    {"[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ .Alerts.Firing | len }}{{ end }}]",
     "[{{status}}{{#is_firing}}:{{firing}}{{/is_firing}}]"},
    {"{{ len .Alerts.Firing }}/{{ .Alerts.Resolved | len }}", "{{firing}}/{{resolved}}"},
    {"{{ if eq .Status \"resolved\" }}a{{ else }}b{{ end }}",
     "{{#is_resolved}}a{{/is_resolved}}{{^is_resolved}}b{{/is_resolved}}"},
    {"{{ if ne .Status \"firing\" }}a{{ end }}", "{{^is_firing}}a{{/is_firing}}"},
    {"{{ if .CommonLabels.a }}1{{ else if .CommonLabels.b }}2{{ else }}3{{ end }}!",
     "{{#labels.a}}1{{/labels.a}}{{^labels.a}}{{#labels.b}}2{{/labels.b}}{{^labels.b}}3{{/"
     "labels.b}}{{/labels.a}}!"},
    {"{{ if not .CommonLabels.a }}none{{ end }}", "{{^labels.a}}none{{/labels.a}}"},
    {"{{ if gt (len .Alerts.Firing) 0 }}f{{ end }}", "{{#is_firing}}f{{/is_firing}}"},
    {"a  {{- /* why */ -}}  b", "ab"},
    {"x\n{{- with .CommonAnnotations.runbook_url }} see {{ . }}{{ end }}",
     "x{{#annotations.runbook_url}} see {{annotations.runbook_url}}{{/annotations.runbook_url}}"},
    {"{{ index .CommonLabels \"pod\" }} {{ (index .Alerts 0).Annotations.summary }} {{ $.Receiver "
     "}}",
     "{{labels.pod}} {{annotations.summary}} {{receiver}}"},
    {"{{ range .Alerts }}{{ if .Labels.a }}{{ .Labels.a }}{{ end }}\n{{ end }}", "{{text}}"},
    {"{{ range .Alerts.Firing }}x{{ end }} {{ range .Alerts.Resolved }}y{{ end }}", "{{text}} "},
    {"{{ template \"slack.default.title\" . }} {{ template \"slack.default.text\" . }}",
     "{{title}} {{text}}"},
    {"{{ .GroupLabels.SortedPairs.Values | join \" \" }}", "{{alertname}}"},
    {"{{ \"a b\" }}{{ `c` }}", "a bc"},
    {"{{ title .CommonLabels.severity }}", "{{labels.severity}}"},
    {"{{ .CommonLabels.severity | toUpper | safeHtml }}", "{{labels.severity}}"},
};
INSTANTIATE_TEST_SUITE_P(Usual, GoTemplate, testing::ValuesIn(kUsual));

constexpr Pair kOthers[] = {
    {"{{ if eq .CommonLabels.severity \"critical\" }}a{{ end }}",
     "! \"eq .CommonLabels.severity \"critical\"\" compares or combines, and our templates only "
     "ask whether a name has a value"},
    {"{{ if and .CommonLabels.a .CommonLabels.b }}a{{ end }}",
     "! \"and .CommonLabels.a .CommonLabels.b\" compares or combines, and our templates only ask "
     "whether a name has a value"},
    {"{{ template \"my.title\" . }}", "! it uses the template \"my.title\" of a file"},
    {"{{ define \"x\" }}a{{ end }}", "! it defines a template"},
    {"{{ $x := .Status }}{{ $x }}", "! it uses variables"},
    {"{{ printf \"%s\" .Status }}", "! our templates have no \"printf \"%s\" .Status\""},
    {"{{ .CommonLabels.a | reReplaceAll \"a\" \"b\" }}", "! the function reReplaceAll \"a\" \"b\""},
    {"{{ .Nothing }}", "! our templates have no \".Nothing\""},
    {"{{ if .Status }}a", "! an {{ end }} is missing"},
    {"a {{ end }}", "! {{ end }} closes nothing"},
    {"{{ .Status", "! a tag is not closed"},
    {"{{ range .Foo }}a{{ end }}", "! {{ range .Foo }}"},
};
INSTANTIATE_TEST_SUITE_P(Others, GoTemplate, testing::ValuesIn(kOthers));

TEST(GoTemplate, IsBounded) {
  std::string deep, tag = "{{ ", pipes = "{{ .Status";
  for (int i = 0; i < 100; ++i) deep += "{{ if .Status }}";
  for (int i = 0; i < 4000; ++i) tag += "not ", pipes += " | toUpper";
  EXPECT_EQ(made(deep), "! it is nested too deep");
  EXPECT_EQ(made(tag + "}}"), "! a tag is too long");
  EXPECT_EQ(made(pipes + "}}"), "! a tag is too long");
  EXPECT_EQ(made("{{ if " + std::string(2000, '(') + "}}"), "! a tag is too long");
}

TEST(GoTemplate, HasNoListInATitle) {
  EXPECT_EQ(
      translate_go_template("{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}", Field::title)
          ->text,
      "{{title}}");
}

TEST(GoTemplate, SaysWhatItShowsOtherwise) {
  EXPECT_EQ(translate_go_template("{{ .Status | toUpper }}{{ title .Receiver }}{{ .GeneratorURL }}")
                ->differs,
            (std::vector<std::string>{"capitals are as in the value",
                                      "the link leads to this bridge, not to the alert's source"}));
}

}  // namespace
}  // namespace alarum::import
