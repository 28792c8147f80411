// What a roll-up remembers, as bytes for a checkpoint (docs/formats/checkpoint.md).
#include "correlate/roll_up.h"

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

}  // namespace

void RollUp::save(ByteWriter& out) const {
  put(out, labels);
  out.number(static_cast<std::uint64_t>(state));
  put(out, begins), put(out, settles);
  out.number(peak_.size());
  for (std::uint64_t before = 0; const auto hash : peak_)
    out.number(hash - std::exchange(before, hash));
  out.number(high_), out.number(static_cast<std::uint64_t>(worst_));
  out.number(reporters_.size());
  for (const auto reporter : reporters_) out.number(reporter);
  out.number(alike_.size());
  for (const auto& [kind, keys] : alike_) {
    out.number(kind), out.number(keys.size());
    for (const auto hash : keys) out.number(hash);
  }
  out.text(first_.name), out.text(first_.summary);
  out.number(lead_.kind), out.text(lead_.summary), out.text(lead_.description),
      out.text(lead_.runbook);
  out.time(begun), out.time(newest), out.time(last_end);
  out.text(recovery_), out.number(partial_ ? 1 : 0);
  out.time(moved), out.number(settled_);
  save_members(out);
}

void RollUp::save_members(ByteWriter& out) const {
  out.number(members.size());
  for (const auto& [id, member] : members) {
    out.text(id.first), out.text(id.second);
    out.number(member.order), out.number(member.kind), out.text(member.value);
    out.number(static_cast<std::uint64_t>(member.severity));
    out.time(member.starts), out.time(member.since);
    out.number(member.count), out.number(member.absorbs ? 1 : 0);
    put(out, member.due), put(out, member.shared);
  }
  // A value stands at the place of the member that brought it, which may be gone.
  out.number(values_.size());
  for (const auto& [text, value] : values_)
    out.text(text), out.number(value.order), out.time(value.starts);
}

void RollUp::load(ByteReader& in) {
  labels = get_gathered_labels(in);
  const auto said = in.number();
  state =
      said <= static_cast<std::uint64_t>(State::firing) ? static_cast<State>(said) : State::idle;
  begins = get_time(in), settles = get_time(in);
  std::uint64_t hash = 0;
  for (auto peak = in.count(); peak > 0 && in.good(); --peak)
    peak_.insert(peak_.end(), hash += in.number());
  high_ = in.number(), worst_ = static_cast<model::Severity>(in.number());
  for (auto reporters = in.count(); reporters > 0 && in.good(); --reporters)
    reporters_.insert(static_cast<std::uint32_t>(in.number()));
  for (auto kinds = in.count(); kinds > 0 && in.good(); --kinds) {
    auto& keys = alike_[static_cast<std::uint32_t>(in.number())];
    for (auto left = in.count(); left > 0 && in.good(); --left) keys.insert(in.number());
  }
  first_.name = in.text(), first_.summary = in.text();
  lead_.kind = static_cast<std::uint32_t>(in.number());
  lead_.summary = in.text(), lead_.description = in.text(), lead_.runbook = in.text();
  begun = in.time(), newest = in.time(), last_end = in.time();
  recovery_ = in.text(), partial_ = in.number() != 0;
  moved = in.time(), settled_ = in.number();
  load_members(in);
}

void RollUp::load_members(ByteReader& in) {
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    std::string rule(in.text());
    const Id id{std::move(rule), std::string(in.text())};
    auto& member = members[id];
    member.order = in.number(), member.kind = static_cast<std::uint32_t>(in.number()),
    member.value = in.text();
    member.severity = static_cast<model::Severity>(in.number());
    member.starts = in.time(), member.since = in.time();
    member.count = in.number(), member.absorbs = in.number() != 0;
    member.due = get_time(in);
    member.shared = get_gathered_labels(in);
    kinds_[member.kind][member.order] = id;
    for (const auto& [label, text] : member.shared) ++shared_[label][text];
    if (!member.value.empty()) ++values_[member.value].members;
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string text(in.text());
    auto& value = values_[text];
    value.order = in.number(), value.starts = in.time();
    in_order_[value.order] = text;
    starts_.emplace(value.starts, text);
  }
}

}  // namespace alarum::correlate
