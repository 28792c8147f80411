#include "engine/engine.h"

namespace alarum::engine {

Result<std::vector<model::Change>> Engine::step(const model::Record& record) {
  std::vector<model::Change> changes;
  instances_.run_timers(record.at, record.offset, changes);
  if (const auto* event = std::get_if<model::Event>(&record.payload)) take(*event, record, changes);
  if (const auto* change = std::get_if<model::Reload>(&record.payload)) {
    if (auto done = reload(change->hash, record, changes); !done) return std::unexpected(done.error());
  }
  forget_ended(changes);
  return changes;
}

void Engine::take(const model::Event& event, const model::Record& record, std::vector<model::Change>& out) {
  if (alert::is_posted(event)) instances_.post(alert::posted_of(model::FlatEvent::of(event)), record.at, record.offset, out);
  if (!generation_) return;
  const bool usable = record.hits && record.hits->generation == generation_->id();
  const auto hits = usable ? *record.hits : generation_->match(event);
  if (hits.hits.empty()) return;
  const auto& rules = generation_->rules();
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules, flat);
  for (const auto& finding : correlator_.take(rules, event, flat, hits, record.at)) {
    const auto& rule = rules.rules[finding.rule];
    if (finding.kind == correlate::Finding::Kind::closes) {
      instances_.close({rule.alert, finding.key.text}, model::EndReason::recovered, finding.when, record.at, record.offset, out);
    } else {
      alert::Texts texts(rule, flat, missing_names_);
      instances_.open(rule, finding.key.text, finding.key.labels, texts, finding.when, record.at, record.offset, out);
    }
  }
}

// An alert that ended by anything but its recovery leaves no fault behind for a later recovery to end. An escalated one goes on.
void Engine::forget_ended(const std::vector<model::Change>& changes) {
  for (const auto& change : changes) {
    const correlate::Pairing::Id id{change.alert.rule, change.alert.key};
    if (change.kind == model::Change::Kind::resolved && !instances_.all().contains(id)) correlator_.pairing().forget_fault(id);
  }
}

Result<void> Engine::reload(const std::string& hash, const model::Record& record, std::vector<model::Change>& out) {
  auto found = find_(hash);
  if (!found) return std::unexpected(found.error());
  generation_ = std::move(*found);
  instances_.apply(generation_->rules(), record.at, record.offset, out);
  return {};
}

}  // namespace alarum::engine
