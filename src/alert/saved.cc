#include "alert/saved.h"

namespace alarum::alert {
namespace {

void put(ByteWriter& out, const std::optional<Time>& time) {
  out.number(time ? 1 : 0);
  if (time) out.time(*time);
}
std::optional<Time> get_optional(ByteReader& in) {
  return in.number() != 0 ? std::optional(in.time()) : std::nullopt;
}

std::string get_text(ByteReader& in) {
  return std::string(in.text());
}

template <class Enum>
void put(ByteWriter& out, Enum value) requires std::is_enum_v<Enum> {
  out.number(static_cast<std::uint64_t>(value));
}
template <class Enum>
Enum get(ByteReader& in) {
  return static_cast<Enum>(in.number());
}

void put(ByteWriter& out, const model::Labels& labels) {
  out.number(labels.size());
  for (const auto& [name, value] : labels) out.text(name), out.text(value);
}
model::Labels get_labels(ByteReader& in) {
  model::Labels labels;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto name = get_text(in);
    labels.emplace_hint(labels.end(), std::move(name), get_text(in));
  }
  return labels;
}

void put(ByteWriter& out, const ActiveAlerts::ActiveAlert& live) {
  alert::put(out, live.alert);
  put_acknowledged(out, live.alert);
  put(out, live.ack_due);
  put_held(out, live.alert);
  put(out, live.due);
  out.time(live.matched_at);
  out.text(live.by_signature);
  out.integer(live.hold.count());
  out.number(live.ending ? 1 + static_cast<std::uint64_t>(*live.ending) : 0);
  out.time(live.ended_at);
  out.number(live.flaps);
  put(out, live.extra);
  out.number(live.inhibitors.size());
  for (const auto& [rule, key] : live.inhibitors) out.text(rule), out.text(key);
  out.number((live.told ? 1U : 0U) + (live.over ? 2U : 0U));
}

ActiveAlerts::ActiveAlert get_one(ByteReader& in, bool acknowledged, bool held) {
  ActiveAlerts::ActiveAlert live;
  live.alert = get_alert(in);
  if (acknowledged) {
    get_acknowledged(in, live.alert);
    live.ack_due = get_optional(in);
  }
  if (held) get_held(in, live.alert);
  live.due = get_optional(in);
  live.matched_at = in.time();
  live.by_signature = get_text(in);
  live.hold = Duration(in.integer());
  if (const auto ending = in.number(); ending > 0)
    live.ending = static_cast<model::EndReason>(ending - 1);
  live.ended_at = in.time();
  live.flaps = in.number();
  live.extra = get_labels(in);
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto rule = get_text(in);
    live.inhibitors.emplace_back(std::move(rule), get_text(in));
  }
  const auto flags = in.number();
  live.told = (flags & 1) != 0, live.over = (flags & 2) != 0;
  return live;
}

}  // namespace

void put(ByteWriter& out, const model::Alert& a) {
  out.text(a.id), out.text(a.rule), out.text(a.key);
  put(out, a.labels), put(out, a.annotations);
  out.text(a.generator_url);
  put(out, a.severity), put(out, a.state), put(out, a.reason);
  out.number(a.late ? 1 : 0), out.number(a.count);
  out.time(a.starts_at), out.time(a.last_seen), put(out, a.ends_at), out.time(a.changed_at);
  out.number(a.opened_by), out.number(a.changed_by);
  out.number(a.inhibited_by.size());
  for (const auto& name : a.inhibited_by) out.text(name);
}

model::Alert get_alert(ByteReader& in) {
  model::Alert a;
  a.id = get_text(in), a.rule = get_text(in), a.key = get_text(in);
  a.labels = get_labels(in), a.annotations = get_labels(in);
  a.generator_url = get_text(in);
  a.severity = get<model::Severity>(in), a.state = get<model::AlertState>(in),
  a.reason = get<model::EndReason>(in);
  a.late = in.number() != 0, a.count = in.number();
  a.starts_at = in.time(), a.last_seen = in.time(), a.ends_at = get_optional(in),
  a.changed_at = in.time();
  a.opened_by = in.number(), a.changed_by = in.number();
  for (auto n = in.count(); n > 0 && in.good(); --n) a.inhibited_by.push_back(get_text(in));
  return a;
}

void put_acknowledged(ByteWriter& out, const model::Alert& alert) {
  out.number(alert.acknowledged ? 1 : 0);
  if (!alert.acknowledged) return;
  out.text(alert.acknowledged->by), out.text(alert.acknowledged->comment);
  out.time(alert.acknowledged->at), put(out, alert.acknowledged->until);
}

void get_acknowledged(ByteReader& in, model::Alert& alert) {
  if (in.number() == 0) return;
  auto& one = alert.acknowledged.emplace();
  one.by = get_text(in), one.comment = get_text(in);
  one.at = in.time(), one.until = get_optional(in);
}

void put_held(ByteWriter& out, const model::Alert& alert) {
  for (const auto* names : {&alert.absorbed, &alert.waiting}) {
    out.number(names->size());
    for (const auto& name : *names) out.text(name);
  }
}

void get_held(ByteReader& in, model::Alert& alert) {
  for (auto* names : {&alert.absorbed, &alert.waiting}) {
    for (auto n = in.count(); n > 0 && in.good(); --n) names->push_back(get_text(in));
  }
}

void put(ByteWriter& out, const model::Change& change) {
  put(out, change.kind);
  put(out, change.alert);
  out.number(change.offset);
  out.time(change.at);
}

model::Change get_change(ByteReader& in) {
  model::Change change;
  change.kind = get<model::Change::Kind>(in);
  change.alert = get_alert(in);
  change.offset = in.number();
  change.at = in.time();
  return change;
}

void put(ByteWriter& out, const ActiveAlerts& active_alerts) {
  out.number(active_alerts.all().size());
  for (const auto& [id, live] : active_alerts.all()) put(out, live);
}

std::vector<ActiveAlerts::ActiveAlert> get_live(ByteReader& in, bool acknowledged, bool held) {
  std::vector<ActiveAlerts::ActiveAlert> out;
  for (auto n = in.count(); n > 0 && in.good(); --n) out.push_back(get_one(in, acknowledged, held));
  return out;
}

}  // namespace alarum::alert
