#pragma once
#include "alert/codec.h"
#include "base/hash.h"
#include "model/silence.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/checks_old.h"

/// Short ways to make up what happened in a life, for the unit tests of the checks. The defaults
/// describe a life in which every promise was kept; a test changes one thing.
namespace alarum::simulation {

using namespace std::chrono_literals;
/// When all of it happens.
inline constexpr Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// A record of an event with that id.
inline model::Record event(model::Offset offset, const std::string& id, Time at = kStart) {
  model::EventFields fields;
  fields.id = id, fields.source = "bmc", fields.type = "linkDown", fields.subject = "s1";
  return {offset, at, 1, model::Event(fields), std::nullopt, {}};
}
/// A record of any other kind.
inline model::Record record(model::Offset offset, model::Payload payload, Time at = kStart) {
  return {offset, at, 1, std::move(payload), std::nullopt, {}};
}

/// A request of a sender with one event and one attempt, answered 200.
inline Sent sent(const std::string& id, Fate fate,
                 std::string answer = R"({"accepted":1,"duplicate":0})") {
  Sent one;
  one.events = {{"bmc", id, "linkDown", "s1", true}};
  one.attempts = {{0, kStart, kStart, fate, 200, std::move(answer)}};
  return one;
}

/// An alert of the rule LinkDown that the record at `offset` opened. `key`: `subject=s1`.
inline model::Alert alert(const std::string& key, model::Offset offset,
                          model::AlertState state = model::AlertState::firing) {
  model::Alert one;
  one.rule = "LinkDown", one.key = key, one.opened_by = one.changed_by = offset,
  one.id = alert_id_of(one.rule, key, offset);
  one.labels = {
      {"alertname", "LinkDown"}, {"severity", "major"}, {"subject", key.substr(key.find('=') + 1)}};
  one.state = state, one.starts_at = kStart;
  return one;
}

/// A request about that alert, which the receiver accepted.
inline Told told(const std::string& id, const model::Alert& about, std::size_t incarnation = 0) {
  Seen seen;
  seen.target = "ops/webhook/0", seen.id = id, seen.group_key = "g", seen.offset = about.changed_by,
  seen.status = 200, seen.incarnation = incarnation, seen.body = id;
  Told one{seen, {}};
  one.alerts = {{about.id, hex64(model::fingerprint(about.labels)), "LinkDown", about.labels,
                 about.state == model::AlertState::firing}};
  return one;
}

/// The same alert, resolved by the record at `by`.
inline model::Alert ended(model::Alert about, model::Offset by) {
  about.state = model::AlertState::resolved, about.reason = model::EndReason::recovered,
  about.changed_by = by;
  return about;
}

}  // namespace alarum::simulation
