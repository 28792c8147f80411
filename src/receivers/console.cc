// Standard output, for a person: one line a change, `2026-11-24 09:00:05Z  FIRING    critical
// NpuLost  npu=3 subject=bms-1  bms-1: NPU 3 lost`; a resolved one says how it ended and how long
// it lasted. Control characters of events do not reach the terminal.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/printable.h"
#include "receivers/kind.h"
#include "receivers/text/card.h"

namespace alarum::receivers {
namespace {

std::string_view word_of(const model::Change& change) {
  if (change.kind == model::Change::Kind::stage_changed) return "STAGE";
  if (change.kind == model::Change::Kind::acknowledged) return "ACKED";
  if (change.kind == model::Change::Kind::unacknowledged) return "UNACKED";
  if (is_reminder(change.kind)) return "REMINDER";
  return change.alert.state == model::AlertState::firing ? "FIRING" : "RESOLVED";
}

std::string_view escape_of(const model::Change& change) {
  if (change.alert.state == model::AlertState::resolved) return "\033[32m";
  return change.alert.severity >= model::Severity::major ? "\033[31m" : "\033[33m";
}

std::string end_of(const model::Alert& alert) {
  if (alert.state != model::AlertState::resolved) return "";
  const auto lasted =
      alert.ends_at ? std::chrono::floor<std::chrono::seconds>(*alert.ends_at - alert.starts_at)
                    : std::chrono::seconds(0);
  return fmt::format(" ({}, after {})", told_reason(alert.reason),
                     format_duration(std::max(lasted, std::chrono::seconds(0))));
}

// A posted alert has no rule.
std::string name_of(const model::Alert& alert) {
  const auto name = alert.labels.find("alertname");
  return name == alert.labels.end() ? alert.rule : name->second;
}

std::string text_of(const model::Change& change) {
  const auto& alert = change.alert;
  const auto summary = alert.annotations.find("summary");
  const auto stage = alert.annotations.find("stage");
  std::string out = summary == alert.annotations.end() ? "" : summary->second;
  if (stage != alert.annotations.end() && !stage->second.empty()) out += " [" + stage->second + "]";
  for (const char* name : {"owner", "job"}) {
    if (const auto text = said_of(alert, name); !text.empty())
      out += fmt::format(" [{} {}]", name, text);
  }
  if (is_reminder(change.kind))
    out += fmt::format(" [since {}; {}]",
                       format_rfc3339(std::chrono::floor<std::chrono::seconds>(alert.starts_at)),
                       reminder_text(change));
  if (alert.acknowledged)
    out += " [acknowledged by " + alert.acknowledged->by +
           (alert.acknowledged->comment.empty() ? "" : ": " + alert.acknowledged->comment) + "]";
  return out;
}

class Console final : public Receiver {
 public:
  model::Content compose(const model::Message& message, const Setting& setting) const override {
    std::string out;
    for (const auto& change : message.changes) {
      const auto& alert = change.alert;
      auto at = format_rfc3339(std::chrono::floor<std::chrono::seconds>(change.at));
      at[10] = ' ';
      out += fmt::format("{}  {}{:<8}{}  {:<8}  {}  {}  {}{}\n", at,
                         setting.colour ? escape_of(change) : "", word_of(change),
                         setting.colour ? "\033[0m" : "", model::to_text(alert.severity),
                         printable_line(name_of(alert)), printable_line(where_of(alert)),
                         printable_line(text_of(change)), end_of(alert));
    }
    return {std::move(out), {}};
  }

  const std::string* output() const override { return &standard_output_; }

 private:
  const std::string standard_output_;  ///< empty: no file
};

void read_console(FieldReader& /*entry*/, Integration& into) {
  into.as = std::make_shared<const Console>();
  into.concurrency = 1;
}

}  // namespace

ReceiverKind console_kind() {
  return {"console", {{"console_configs"}}, {}, {}, {}, read_console};
}

}  // namespace alarum::receivers
