#include "tools/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "alert/book_view.h"
#include "tools/explain.h"

namespace alarum::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string about(const model::Event& event) {
  auto text = fmt::format("event {} of {}: {}", event.id(), event.source(), event.type());
  if (!event.subject().empty()) text += fmt::format(", subject {}", event.subject());
  if (event.time()) text += ", time " + format_rfc3339(*event.time());
  if (event.status() != model::Status::none)
    text += fmt::format(", status {}", model::to_text(event.status()));
  return text;
}

// A posted alert has no rule.
const std::string& alert_name(const model::Alert& alert) {
  const auto name = alert.labels.find("alertname");
  return alert.rule.empty() && name != alert.labels.end() ? name->second : alert.rule;
}

std::string said_text(const std::string& by, const std::string& comment) {
  return (by.empty() ? "" : ", by " + by) + (comment.empty() ? "" : ": " + comment);
}

// `503`, and what the target said to that.
std::string detail_text(const std::string& detail, const std::string& answer) {
  return answer.empty() ? detail : detail + ": \"" + answer + "\"";
}

// A line of the book's history about who takes care of an alert; empty: it is about something else.
std::string care_text(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  const auto kind = json.is_object() ? json.value("kind", "") : "";
  if (kind != "acknowledged" && kind != "unacknowledged") return {};
  const auto time = [](const Json& micros) {
    return format_rfc3339(Time(Duration(micros.get<std::int64_t>())));
  };
  auto text = fmt::format("{} at {}{}", kind, time(json.at("at")),
                          said_text(json.value("by", ""), json.value("comment", "")));
  const auto& alert = json.at("alert");
  const auto until =
      alert.contains("acknowledged") ? alert.at("acknowledged").value("until", Json()) : Json();
  return until.is_null() ? text : text + ", until " + time(until);
}

std::string describe(const model::Change& change) {
  const auto& alert = change.alert;
  auto text =
      fmt::format("{} {}{{{}}} alert {}, {}, since {}, {} match{}", model::to_text(change.kind),
                  alert_name(alert), alert.key, alert.id, model::to_text(alert.severity),
                  format_rfc3339(alert.starts_at), alert.count, alert.count == 1 ? "" : "es");
  if (alert.reason != model::EndReason::none)
    text += fmt::format(", {}", model::to_text(alert.reason));
  for (const auto& rule : alert.absorbed) text += ", member of " + rule;
  for (const auto& rule : alert.waiting) text += ", waits for " + rule;
  if (alert.late) text += ", late: recorded, nobody notified";
  if (model::is_about_care(change.kind)) text += said_text(change.by, change.comment);
  return text;
}

// What suppressed it: of a JSON list.
std::vector<std::string> causes_of(const std::string& detail) {
  const auto list = Json::parse(detail, nullptr, false);
  std::vector<std::string> out;
  for (const auto& one : list.is_array() ? list : Json::array())
    if (one.is_string()) out.push_back(one.get<std::string>());
  return out;
}

// ` by 3f63f1af-…, 41…`
std::string causes_text(const std::string& detail) {
  std::string out;
  for (const auto& one : causes_of(detail)) out += (out.empty() ? " by " : ", ") + one;
  return out;
}

std::string silence_text(const model::Silence& silence) {
  auto text =
      fmt::format("silence {}{}", silence.id, said_text(silence.created_by, silence.comment));
  text += ", until " + format_rfc3339(silence.ends_at);
  return silence.until_resolved ? text + " or until no alert of it fires" : text;
}

Json to_json(const model::Silence& silence) {
  return {{"id", silence.id},
          {"createdBy", silence.created_by},
          {"comment", silence.comment},
          {"startsAt", format_rfc3339(silence.starts_at)},
          {"endsAt", format_rfc3339(silence.ends_at)}};
}

std::string describe(const alert::BookView::Told& told) {
  if (told.id.empty()) {
    if (told.outcome == "absorbed")
      return fmt::format("{}: not notified, member of {} since {}", told.target, told.detail,
                         told.at ? format_rfc3339(*told.at) : "?");
    return fmt::format(
        "{}: not notified, {}{} at {}", told.target,
        told.outcome == "no_integration" ? "the receiver has no integration" : told.outcome,
        causes_text(told.detail), told.at ? format_rfc3339(*told.at) : "?");
  }
  if (told.outcome == "pending")
    return fmt::format("{}: not delivered yet (notification {})", told.target, told.id);
  return fmt::format("{}: {} after {} attempt{} ({}) at {} (notification {})", told.target,
                     told.outcome, told.attempts, told.attempts == 1 ? "" : "s",
                     detail_text(told.detail, told.answer),
                     told.at ? format_rfc3339(*told.at) : "?", told.id);
}

// Of an alert that fired and of which nothing was sent or suppressed.
std::string nobody_text(const model::Alert& alert) {
  std::string labels;
  for (const auto& [name, value] : alert.labels) labels += fmt::format(" '{}={}'", name, value);
  return "    nobody was notified so far: it waits for its group; who will be: alarum routes test" +
         labels + "\n";
}

// A line of its own for each request that was not taken.
std::string attempts_text(const alert::BookView::Told& told, const std::string& indent) {
  std::string text;
  for (const auto& one : told.failed)
    text += fmt::format("{}{}: not taken at {} ({})\n", indent, told.target, format_rfc3339(one.at),
                        detail_text(one.detail, one.answer));
  return text;
}

Json to_json(const model::Change& change) {
  return {{"kind", model::to_text(change.kind)},
          {"alert", alert_name(change.alert)},
          {"key", change.alert.key},
          {"id", change.alert.id},
          {"count", change.alert.count},
          {"starts_at", format_rfc3339(change.alert.starts_at)},
          {"reason", model::to_text(change.alert.reason)}};
}

Json attempts_json(const alert::BookView::Told& told) {
  auto list = Json::array();
  for (const auto& one : told.failed)
    list.push_back(
        {{"at", format_rfc3339(one.at)}, {"detail", one.detail}, {"answer", one.answer}});
  return list;
}

Json to_json(const alert::BookView::Told& told) {
  return {{"id", told.id},           {"target", told.target},
          {"outcome", told.outcome}, {"attempts", told.attempts},
          {"detail", told.detail},   {"answer", told.answer},
          {"offset", told.offset},   {"failed", attempts_json(told)}};
}

class Explainer {
 public:
  Explainer(const StorySources& past, bool all) : past_(past), all_(all) {
    auto book = alert::BookView::open(past.book);
    if (book) book_.emplace(std::move(*book));
  }

  Result<Story> run_at(model::Offset offset) {
    if (auto done = explain_event(offset); !done) return std::unexpected(done.error());
    if (json_.empty())
      return fail("not_found", fmt::format("there is no event at offset {}", offset));
    return finish();
  }

  Result<Story> run(const std::string& id) {
    const auto alert = alert_of(id);
    if (!alert) return std::unexpected(alert.error());
    if (*alert) return explain_alert(**alert);
    const auto found = find_events(past_.journal, id);
    if (!found) return std::unexpected(found.error());
    if (found->empty())
      return fail("not_found",
                  "no event in the journal and no alert in the history has the id " + id);
    for (const auto offset : *found) {
      if (auto done = explain_event(offset); !done) return std::unexpected(done.error());
    }
    return finish();
  }

 private:
  // A book that cannot be read knows no alert; an id that may be of several is an error.
  Result<std::optional<model::Alert>> alert_of(const std::string& id) {
    if (!book_) return std::optional<model::Alert>();
    auto found = book_->alert(id);
    if (!found && found.error().reason != "bad_request") return std::optional<model::Alert>();
    return found;
  }

  std::vector<alert::BookView::Told> told_of(const std::string& alert) {
    if (!book_) return {};
    auto told = book_->told_of(alert);
    return told ? std::move(*told) : std::vector<alert::BookView::Told>();
  }

  // Who acknowledged it, and when that ended, in order.
  std::vector<std::string> care_of(const std::string& alert) {
    std::vector<std::string> out;
    const auto lines = book_ ? book_->history_of(alert) : Result<std::vector<std::string>>();
    for (const auto& line : lines ? *lines : std::vector<std::string>()) {
      if (auto said = care_text(line); !said.empty()) out.push_back(std::move(said));
    }
    return out;
  }

  // As JSON, with the silences that it names. In the text each of them has one line.
  Json tell(const alert::BookView::Told& told, const std::string& indent) {
    auto json = to_json(told);
    if (told.outcome != "silenced" || !past_.silence) return json;
    for (const auto& id : causes_of(told.detail)) {
      auto known = silences_.find(id);
      if (known == silences_.end()) {
        known = silences_.emplace(id, past_.silence(id)).first;
        if (known->second) text(indent + silence_text(*known->second) + '\n');
      }
      if (known->second) json["silences"].push_back(to_json(*known->second));
    }
    return json;
  }

  // What each target was notified of first, or why not: a group may have waited for more
  // (group_wait, group_interval).
  std::vector<alert::BookView::Told> told_since(const std::string& alert, model::Offset offset) {
    std::set<std::string> seen;
    auto told = told_of(alert);
    std::erase_if(told, [&](const auto& one) {
      return one.offset < offset || (one.offset > offset && !seen.insert(one.target).second);
    });
    return told;
  }

  Result<Story> explain_alert(const model::Alert& alert) {
    Json json{{"alert", alert_name(alert)}, {"key", alert.key}, {"id", alert.id}};
    text(fmt::format("alert {} {}{{{}}}: {}{}\n", alert.id, alert_name(alert), alert.key,
                     model::to_text(alert.state),
                     alert.reason == model::EndReason::none
                         ? ""
                         : fmt::format(" ({})", model::to_text(alert.reason))));
    text(fmt::format("  since {}, {} matches, last {}{}\n", format_rfc3339(alert.starts_at),
                     alert.count, format_rfc3339(alert.last_seen),
                     alert.ends_at ? ", until " + format_rfc3339(*alert.ends_at) : ""));
    for (const auto& line : care_of(alert.id)) {
      text("  " + line + '\n');
      json["care"].push_back(line);
    }
    for (const auto& told : told_of(alert.id)) {
      text(attempts_text(told, "  ") + "  " + describe(told) + '\n');
      json["told"].push_back(tell(told, "    "));
    }
    json_.push_back(std::move(json));
    text("opened by\n");
    if (auto done = explain_event(alert.opened_by); !done) return std::unexpected(done.error());
    if (alert.changed_by != alert.opened_by)
      text(fmt::format("last changed by offset {}\n", alert.changed_by));
    return finish();
  }

  Result<void> explain_event(model::Offset offset) {
    const auto found = explain_at(past_.journal, offset, past_.generations, past_.hashes);
    if (!found && found.error().reason == "not_found") {
      // A timer may open or end an alert in the step of any record.
      text(fmt::format("  offset {}: no event; a timer, or retention has deleted it\n", offset));
      return {};
    }
    if (!found) return std::unexpected(found.error());
    const auto& event = std::get<model::Event>(found->record.payload);
    text(fmt::format("{}\n  offset {}, arrived {}, rules {}\n", about(event), offset,
                     format_rfc3339(found->record.arrived()), found->rules->hash.substr(0, 16)));
    text(time_text(*found));
    text(verdicts_text(*found->rules, found->verdicts, all_));
    text(remembered_text(found->remembered));
    Json json{{"event", event.id()},
              {"offset", offset},
              {"time", Json::parse(time_json(*found))},
              {"rules", Json::parse(verdicts_json(*found->rules, found->verdicts))},
              {"rule_state", Json::parse(remembered_json(found->remembered))}};
    for (const auto& change : found->changes) {
      text("  " + describe(change) + '\n');
      auto one = to_json(change);
      const auto notified = told_since(change.alert.id, offset);
      if (notified.empty() && change.kind == model::Change::Kind::fired && !change.alert.late)
        text(nobody_text(change.alert));
      for (const auto& told : notified) {
        text(attempts_text(told, "    ") + "    " + describe(told) +
             (told.offset == offset ? "\n"
                                    : fmt::format(", with its group at offset {}\n", told.offset)));
        one["told"].push_back(tell(told, "      "));
      }
      json["changes"].push_back(std::move(one));
    }
    if (found->changes.empty()) text("  no alert changed\n");
    json_.push_back(std::move(json));
    return {};
  }

  void text(const std::string& line) { text_ += line; }
  Result<Story> finish() {
    return Story{std::move(text_),
                 json_.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'};
  }

  const StorySources& past_;
  const bool all_;
  std::optional<alert::BookView> book_;
  std::map<std::string, std::optional<model::Silence>> silences_;  // those that were asked for
  std::string text_;
  Json json_ = Json::array();
};

}  // namespace

FindSilence silences_in(journal::JournalView& journal) {
  using Silences = std::map<std::string, model::Silence>;
  const auto read = [&journal] {
    Silences out;
    const auto first = journal.first_offset();
    if (!first) return out;
    // What cannot be read any more is missing in the story, which is there without it.
    (void)read_past(journal, *first, [&](const model::Record& record) -> Result<bool> {
      if (const auto* set = std::get_if<model::SetSilence>(&record.payload)) {
        if (auto silence = model::parse_silence(set->silence)) out[silence->id] = *silence;
      } else if (const auto* ended = std::get_if<model::ExpireSilence>(&record.payload)) {
        const auto found = out.find(ended->id);
        if (found != out.end()) found->second.ends_at = record.arrived();
      }
      return true;
    });
    return out;
  };
  return [read, known = std::make_shared<std::optional<Silences>>()](
             const std::string& id) -> std::optional<model::Silence> {
    if (!*known) *known = read();
    const auto found = (*known)->find(id);
    return found == (*known)->end() ? std::nullopt : std::optional(found->second);
  };
}

std::string event_text(const model::Event& event) {
  return about(event);
}

Result<Story> story_of(const StorySources& past, const std::string& id, bool all) {
  return Explainer(past, all).run(id);
}

Result<Story> story_at(const StorySources& past, model::Offset offset, bool all) {
  return Explainer(past, all).run_at(offset);
}

}  // namespace alarum::tools
