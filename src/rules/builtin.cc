// The alerts that the engine raises itself.
#include "rules/rule.h"

namespace alarum::rules {
namespace {

Rule about_rule(const char* alert, const char* summary, const char* description,
                const char* runbook) {
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

bool is_builtin(const std::string& alert) {
  return alert == kSourceSilent || alert == kRuleDegraded || alert == kSenderClock;
}

const Rule& source_silent() {
  static const Rule rule =
      about_rule(kSourceSilent, "{{rule}}: most of what it listens to fell silent together",
                 "More of the members of this rule than its silent_share have said nothing for "
                 "half its span. One alert stands for all of them; no further member "
                 "is reported until the source sends again; then the wait starts again.",
                 "Look at what the events come through (agent rollout, network, collector) before "
                 "you look at any one member.");
  return rule;
}

const Rule& rule_degraded() {
  static const Rule rule =
      about_rule(kRuleDegraded, "{{rule}}: more keys than max_keys; new ones are not taken in",
                 "The rule remembers as many keys as max_keys allows. Those that it has go on; "
                 "events of other keys are counted and passed over by this rule "
                 "alone until a tenth of them is gone.",
                 "Look at what the rule's by takes apart: an id that is new in each event does not "
                 "belong there. Else raise max_keys.");
  return rule;
}

const Rule& sender_clock() {
  static const Rule rule = [] {
    Rule made;
    made.alert = kSenderClock;
    made.severity = model::Severity::warning;
    made.names = {{"clocks", "clocks"}, {"senders", "senders"}};
    made.summary = Template::parse("wrong clocks: {{clocks}} ({{senders}})").value();
    made.description =
        Template::parse(
            "The times that these senders state are off by the same amount from event to event. "
            "That amount is taken out: people are notified as always, and startsAt is "
            "corrected. Lateness and windows across senders are right again only when the clocks "
            "are.")
            .value();
    made.runbook =
        Template::parse(
            "Set the clock of each device that is listed (NTP, battery of the BMC, time zone). If "
            "its clock is right, something delivers its events late by that much. "
            "A sender leaves the list after an hour of right times, or after a day without events; "
            "alarum explain ID shows both times of an event.")
            .value();
    return made;
  }();
  return rule;
}

}  // namespace alarum::rules
