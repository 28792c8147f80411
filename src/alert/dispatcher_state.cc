// What groups and silences remember, as bytes for a checkpoint (docs/formats/checkpoint.md).
#include <algorithm>

#include "alert/dispatcher.h"
#include "alert/saved.h"
#include "base/newer_format.h"

namespace alarum::alert {
namespace {

constexpr std::uint64_t kVersion = 6;
// That is read: without what is owed; up to 3 with acknowledgements, which are the engine's now; up
// to 4 without `unconfirmed` and what roll-ups hold back; up to 5 without what groups wait for
constexpr std::uint64_t kOldest = 2;

void put(ByteWriter& out, const std::vector<std::uint64_t>& sorted) {
  out.number(sorted.size());
  for (std::uint64_t before = 0; const auto id : sorted) out.number(id - std::exchange(before, id));
}

std::vector<std::uint64_t> get_ids(ByteReader& in) {
  std::vector<std::uint64_t> ids;
  std::uint64_t before = 0;
  for (auto n = in.count(); n > 0 && in.good(); --n) ids.push_back(before += in.number());
  return ids;
}

void put(ByteWriter& out, const std::string& alert_id, const Group::Member& member) {
  out.text(alert_id), out.text(member.id.first), out.text(member.id.second);
  out.number(static_cast<std::uint64_t>(member.kind)), out.number(member.offset);
  out.time(member.at);
  out.number(member.news ? 1 : 0), out.number(member.recorded), out.number(member.owed),
      out.number(member.ended ? 1 : 0);
  if (!member.ended) return;
  alert::put(out, *member.ended);
  put_acknowledged(out, member.ended->alert);
  put_held(out, member.ended->alert);
}

void get_member(ByteReader& in, std::uint64_t version, Group& group) {
  auto& member = group.members[std::string(in.text())];
  member.id.first = in.text(), member.id.second = in.text();
  member.kind = static_cast<model::Change::Kind>(in.number()), member.offset = in.number();
  member.at = in.time();
  member.news = in.number() != 0, member.recorded = static_cast<std::uint8_t>(in.number());
  member.owed = version < 3 ? 0 : in.number();
  if (in.number() == 0) return;
  member.ended = std::make_unique<model::Change>(get_change(in));
  if (version >= 4) get_acknowledged(in, member.ended->alert);
  if (version >= 5) get_held(in, member.ended->alert);
}

void put(ByteWriter& out, const std::set<Waiting::Cause>& causes) {
  out.number(causes.size());
  for (const auto& [why, by] : causes) out.number(static_cast<std::uint64_t>(why)), out.text(by);
}

std::set<Waiting::Cause> get_causes(ByteReader& in) {
  std::set<Waiting::Cause> causes;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto why = static_cast<model::Suppressed::Why>(in.number());
    causes.emplace(why, std::string(in.text()));
  }
  return causes;
}

void put(ByteWriter& out, const Group& group) {
  out.text(group.receiver), out.text(group.key);
  out.number(group.members.size());
  for (const auto& [id, member] : group.members) put(out, id, member);
  out.number(group.told.size());
  for (const auto& one : group.told)
    out.number(one.target), put(out, one.firing), put(out, one.resolved), out.time(one.at),
        out.number(one.unconfirmed ? 1 : 0);
  out.number(group.flushed ? 1 : 0), out.number(group.next ? 1 : 0);
  if (group.next) out.time(*group.next);
  out.number(group.order), out.number(group.number);
}

std::unique_ptr<Group> get_group(ByteReader& in, std::uint64_t version) {
  auto group = std::make_unique<Group>();
  group->receiver = in.text(), group->key = in.text();
  for (auto n = in.count(); n > 0 && in.good(); --n) get_member(in, version, *group);
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto& one = group->told.emplace_back();
    one.target = in.number(), one.firing = get_ids(in), one.resolved = get_ids(in),
    one.at = in.time();
    one.unconfirmed = version >= 5 && in.number() != 0;
  }
  group->flushed = in.number() != 0;
  if (in.number() != 0) group->next = in.time();
  group->order = in.number(), group->number = in.number();
  return group;
}

}  // namespace

std::string Dispatcher::save() const {
  std::vector<const Group*> sorted;
  for (const auto& [text, group] : groups_) sorted.push_back(group.get());
  std::ranges::sort(sorted, {}, [](const Group* group) { return group->number; });
  ByteWriter out;
  out.number(kVersion), out.number(next_order_), out.number(next_number_);
  out.number(sorted.size());
  for (const auto* group : sorted) {
    put(out, *group);
    put(out, waiting_.causes(group->number));
  }
  out.number(silences_.all().size());
  for (const auto& [id, silence] : silences_.all()) out.text(model::silence_json(silence));
  return out.take();
}

Result<void> Dispatcher::restore(std::string_view state) {
  ByteReader in(state);
  const auto version = in.number();
  if (version > kVersion) return newer_format("the saved groups", version, kVersion);
  if (version < kOldest) return fail("bad_state", "saved groups have another version");
  const auto next_order = in.number(), next_number = in.number();
  All groups;
  Waiting waiting;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto group = get_group(in, version);
    waiting.set(group->number, *group, version < 6 ? unknown_causes(*group) : get_causes(in));
    auto text = group->receiver + '\n' + group->key;
    groups[std::move(text)] = std::move(group);
  }
  std::vector<model::Silence> silences;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto silence = model::parse_silence(std::string(in.text()));
    if (!silence) return fail("bad_state", silence.error().message);
    silences.push_back(std::move(*silence));
  }
  std::vector<model::Acknowledge> acknowledged;
  for (auto n = version < 4 ? in.count() : 0; n > 0 && in.good(); --n) {
    const std::string id(in.text()), by(in.text());
    acknowledged.push_back({id, by, std::string(in.text())});
  }
  if (!in.good() || !in.at_end()) return fail("bad_state", "the saved groups are damaged");
  timers_.clear(), owed_.clear();
  waiting_ = std::move(waiting);
  groups_ = std::move(groups);
  silences_.restore(std::move(silences));
  old_acknowledgements_ = std::move(acknowledged);
  next_order_ = next_order, next_number_ = next_number;
  return {};
}

}  // namespace alarum::alert
