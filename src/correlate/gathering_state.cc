// What roll-ups remember, as bytes for a checkpoint (docs/formats/checkpoint.md).
#include "correlate/gathering.h"

namespace alarum::correlate {
namespace {

void put(ByteWriter& out, const std::optional<Time>& time) {
  out.number(time ? 1 : 0);
  if (time) out.time(*time);
}
std::optional<Time> get_time(ByteReader& in) {
  return in.number() != 0 ? std::optional(in.time()) : std::nullopt;
}

void put(ByteWriter& out, const model::Labels& labels) {
  out.number(labels.size());
  for (const auto& [name, value] : labels) out.text(name), out.text(value);
}
model::Labels get_gathered_labels(ByteReader& in) {
  model::Labels labels;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    std::string name(in.text());
    labels[std::move(name)] = in.text();
  }
  return labels;
}

void put(ByteWriter& out, const Gathering::Id& id) {
  out.text(id.first), out.text(id.second);
}
Gathering::Id get_id(ByteReader& in) {
  std::string rule(in.text());
  return {std::move(rule), std::string(in.text())};
}

}  // namespace

void Gathering::save_members(const RollUp& one, ByteWriter& out) {
  out.number(one.members.size());
  for (const auto& [id, member] : one.members) {
    put(out, id);
    out.number(member.order), out.number(member.kind), out.text(member.value);
    out.number(static_cast<std::uint64_t>(member.severity));
    out.time(member.starts), out.time(member.since);
    out.number(member.count), out.number(member.absorbs ? 1 : 0);
    put(out, member.due), put(out, member.shared);
  }
  // A value stands at the place of the member that brought it, which may be gone.
  out.number(one.values.size());
  for (const auto& [text, value] : one.values)
    out.text(text), out.number(value.order), out.time(value.starts);
}

void Gathering::load_members(const Id& id, RollUp& one, ByteReader& in) {
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto name = get_id(in);
    auto& member = one.members[name];
    member.order = in.number(), member.kind = static_cast<std::uint32_t>(in.number()),
    member.value = in.text();
    member.severity = static_cast<model::Severity>(in.number());
    member.starts = in.time(), member.since = in.time();
    member.count = in.number(), member.absorbs = in.number() != 0;
    const auto due = get_time(in);
    member.shared = get_gathered_labels(in);
    set_timer(member.due, due, id, Timer::wait, name);
    one.kinds[member.kind][member.order] = name;
    for (const auto& [label, text] : member.shared) ++one.shared[label][text];
    if (!member.value.empty()) ++one.values[member.value].members;
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string text(in.text());
    auto& value = one.values[text];
    value.order = in.number(), value.starts = in.time();
    one.in_order[value.order] = text;
    one.starts.emplace(value.starts, text);
  }
}

void Gathering::save(ByteWriter& out) const {
  out.number(next_order_), out.number(without_key_);
  out.number(signatures_.size());
  for (const auto& [rule, text] : signatures_) out.text(rule), out.text(text);
  out.number(roll_ups_.size());
  for (const auto& [id, one] : roll_ups_) {
    put(out, id), put(out, one.labels);
    out.number(static_cast<std::uint64_t>(one.state));
    put(out, one.begins), put(out, one.settles);
    out.number(one.peak.size());
    for (std::uint64_t before = 0; const auto hash : one.peak)
      out.number(hash - std::exchange(before, hash));
    out.number(one.high), out.number(static_cast<std::uint64_t>(one.worst));
    out.number(one.reporters.size());
    for (const auto reporter : one.reporters) out.number(reporter);
    out.number(one.alike.size());
    for (const auto& [kind, keys] : one.alike) {
      out.number(kind), out.number(keys.size());
      for (const auto hash : keys) out.number(hash);
    }
    out.text(one.first.name), out.text(one.first.summary);
    out.number(one.lead.kind), out.text(one.lead.summary), out.text(one.lead.description),
        out.text(one.lead.runbook);
    out.time(one.begun), out.time(one.newest), out.time(one.last_end);
    out.text(one.recovery), out.number(one.partial ? 1 : 0);
    out.time(one.moved), out.number(one.settled);
    save_members(one, out);
  }
  out.number(quiet_.size());
  for (const auto& [id, rules] : quiet_) {
    put(out, id);
    out.number(rules.size());
    for (const auto& [rule, quiet] : rules)
      out.text(rule), out.number(quiet.count), out.number(quiet.absorbed ? 1 : 0);
  }
}

Gathering Gathering::load(ByteReader& in) {
  Gathering out;
  out.next_order_ = in.number(), out.without_key_ = in.number();
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto [rule, text] = get_id(in);
    out.signatures_[rule] = text;
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto id = get_id(in);
    auto& one = out.roll_ups_[id];
    one.labels = get_gathered_labels(in);
    const auto state = in.number();
    one.state = state <= static_cast<std::uint64_t>(State::firing) ? static_cast<State>(state)
                                                                   : State::idle;
    const auto begins = get_time(in), settles = get_time(in);
    out.set_timer(one.begins, begins, id, Timer::begin);
    out.set_timer(one.settles, settles, id, Timer::settle);
    std::uint64_t hash = 0;
    for (auto peak = in.count(); peak > 0 && in.good(); --peak)
      one.peak.insert(one.peak.end(), hash += in.number());
    one.high = in.number(), one.worst = static_cast<model::Severity>(in.number());
    for (auto reporters = in.count(); reporters > 0 && in.good(); --reporters)
      one.reporters.insert(static_cast<std::uint32_t>(in.number()));
    for (auto kinds = in.count(); kinds > 0 && in.good(); --kinds) {
      auto& keys = one.alike[static_cast<std::uint32_t>(in.number())];
      for (auto left = in.count(); left > 0 && in.good(); --left) keys.insert(in.number());
    }
    one.first.name = in.text(), one.first.summary = in.text();
    one.lead.kind = static_cast<std::uint32_t>(in.number());
    one.lead.summary = in.text(), one.lead.description = in.text(), one.lead.runbook = in.text();
    one.begun = in.time(), one.newest = in.time(), one.last_end = in.time();
    one.recovery = in.text(), one.partial = in.number() != 0;
    one.moved = in.time(), one.settled = in.number();
    out.load_members(id, one, in);
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto& rules = out.quiet_[get_id(in)];
    for (auto quiet = in.count(); quiet > 0 && in.good(); --quiet) {
      const std::string rule(in.text());
      rules[rule].count = in.number();
      rules[rule].absorbed = in.number() != 0;
    }
  }
  return out;
}

}  // namespace alarum::correlate
