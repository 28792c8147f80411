// The alerts that the engine raises about its rules.
#include "rules/rule.h"

namespace alarum::rules {
namespace {

Rule about_rule(const char* alert, const char* summary, const char* description, const char* runbook) {
  Rule rule;
  rule.alert = alert;
  rule.severity = model::Severity::major;
  rule.by = {{"rule", "rule"}};
  rule.summary = Template::parse(summary).value();
  rule.description = Template::parse(description).value();
  rule.runbook = Template::parse(runbook).value();
  return rule;
}

}  // namespace

bool is_builtin(const std::string& alert) { return alert == kSourceSilent || alert == kRuleDegraded; }

const Rule& source_silent() {
  static const Rule rule = about_rule(
      kSourceSilent, "{{rule}}: most of what it listens to fell silent together",
      "More of the members of this rule than its silent_share have said nothing for half its span. One alert stands for all of them; no further member "
      "is reported until the source is heard again, and is then waited for anew.",
      "Look at what the events come through (agent rollout, network, collector) before you look at any one member.");
  return rule;
}

const Rule& rule_degraded() {
  static const Rule rule = about_rule(
      kRuleDegraded, "{{rule}}: more keys than max_keys; new ones are not taken in",
      "The rule remembers as many keys as max_keys allows. Those that it has go on; events of other keys are counted and passed over by this rule "
      "alone until a tenth of them is gone.",
      "Look at what the rule's by takes apart: an id that is new in each event does not belong there. Else raise max_keys.");
  return rule;
}

}  // namespace alarum::rules
