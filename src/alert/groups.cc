#include "alert/groups.h"

#include <algorithm>
#include <tuple>

#include "alert/saved.h"

namespace alarum::alert {
namespace {

using model::Change;
using Why = model::Suppressed::Why;

constexpr std::size_t kCrowd = 100;
// About ten times what a look at one takes
constexpr Duration kLookPerMember = std::chrono::microseconds(100);

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
  member.kind = static_cast<Change::Kind>(in.number()), member.offset = in.number();
  member.at = in.time();
  member.news = in.number() != 0, member.recorded = static_cast<std::uint8_t>(in.number());
  member.owed = version < 3 ? 0 : in.number();
  if (in.number() == 0) return;
  member.ended = std::make_unique<Change>(get_change(in));
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
    const auto why = static_cast<Why>(in.number());
    causes.emplace(why, std::string(in.text()));
  }
  return causes;
}

void put(ByteWriter& out, const Group& group) {
  out.text(group.receiver), out.text(group.key);
  out.number(group.members.size());
  for (const auto& [id, member] : group.members) put(out, id, member);
  group.log.save(out);
  out.number(group.flushed ? 1 : 0), out.number(group.next ? 1 : 0);
  if (group.next) out.time(*group.next);
  out.number(group.order), out.number(group.number);
}

std::unique_ptr<Group> get_group(ByteReader& in, std::uint64_t version) {
  auto group = std::make_unique<Group>();
  group->receiver = in.text(), group->key = in.text();
  for (auto n = in.count(); n > 0 && in.good(); --n) get_member(in, version, *group);
  group->log.load(in, version >= 5);
  group->flushed = in.number() != 0;
  if (in.number() != 0) group->next = in.time();
  group->order = in.number(), group->number = in.number();
  return group;
}

}  // namespace

Group* Groups::find(const std::string& place) const {
  const auto found = all_.find(place);
  return found == all_.end() ? nullptr : found->second.get();
}

Group& Groups::find_or_add(const Place& place, const RouteNode& node, const model::Labels& labels) {
  auto& group = all_[place.text()];
  if (group && !group->members.empty()) return *group;
  if (!group) {
    group = std::make_unique<Group>();
    group->receiver = place.receiver;
    group->key = place.key;
    group->number = next_number_++;
  }
  group->node = place.node;
  if (!node.each_alone) group->labels = part_of(labels, node.group_by);
  return *group;
}

void Groups::erase(const Group& group) {
  all_.erase(group.text());
}

std::set<std::string> Groups::holders_of_own() const {
  std::set<std::string> holders;
  for (const auto& [text, group] : all_) {
    if (group->is_own() && !group->members.empty()) holders.insert(group->receiver);
  }
  return holders;
}

void Groups::put_back(std::unique_ptr<Group> group) {
  auto text = group->text();
  all_[std::move(text)] = std::move(group);
}

Groups::All Groups::take_all() {
  timers_.clear(), waiting_.clear(), owed_.clear();
  return std::exchange(all_, {});
}

void Groups::schedule(Group& group, std::optional<Time> when) {
  if (group.next) timers_.erase({*group.next, group.order});
  group.next = when;
  if (!when) return;
  group.order = next_order_++;
  timers_[{*when, group.order}] = &group;
}

void Groups::look_by(Group& group, Time when) {
  if (!group.next || when < *group.next) schedule(group, when);
}

void Groups::look_soon(Group& group, Time now) {
  const auto when = group.members.size() < kCrowd
                        ? now
                        : now + kLookPerMember * static_cast<std::int64_t>(group.members.size());
  if (!group.next || when <= *group.next) schedule(group, when);
}

void Groups::look_next(Group& group, Duration interval, Time now) {
  if (interval == Duration::zero())
    look_soon(group, now);
  else if (group.next && *group.next - now > interval)
    schedule(group, *group.next - (*group.next - now) / interval * interval);
}

void Groups::schedule_all() {
  std::vector<Group*> timed;
  for (auto& [text, group] : all_)
    if (group->next) timed.push_back(group.get());
  std::ranges::sort(timed, {}, [](const Group* group) {
    return std::tuple(*group->next, group->order, group->number);
  });
  for (auto* group : timed) {
    const auto when = std::exchange(group->next, std::nullopt);
    schedule(*group, when);
  }
}

std::optional<Time> Groups::next_due() const {
  return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first);
}

Group& Groups::take_due() {
  auto& group = *timers_.begin()->second;
  schedule(group, std::nullopt);
  return group;
}

void Groups::owe(Group::Member& member, model::Offset offset) {
  if (member.owed && member.owed <= offset) return;
  settle(member);
  member.owed = offset;
  owed_.insert(offset);
}

void Groups::settle(Group::Member& member) {
  if (member.owed) owed_.erase(owed_.find(member.owed));
  member.owed = 0;
}

void Groups::still_owes(const Group::Member& member) {
  if (member.owed) owed_.insert(member.owed);
}

std::optional<model::Offset> Groups::owed_from() const {
  return owed_.empty() ? std::nullopt : std::optional(*owed_.begin());
}

void Groups::save(ByteWriter& out) const {
  std::vector<const Group*> sorted;
  for (const auto& [text, group] : all_) sorted.push_back(group.get());
  std::ranges::sort(sorted, {}, &Group::number);
  out.number(next_order_), out.number(next_number_);
  out.number(sorted.size());
  for (const auto* group : sorted) {
    put(out, *group);
    put(out, waiting_.causes(group->number));
  }
}

Groups Groups::load(ByteReader& in, std::uint64_t version) {
  Groups groups;
  groups.next_order_ = in.number(), groups.next_number_ = in.number();
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto group = get_group(in, version);
    groups.waiting_.set(group->number, *group,
                        version < 6 ? unknown_causes(*group) : get_causes(in));
    groups.put_back(std::move(group));
  }
  return groups;
}

std::set<Waiting::Cause> unknown_causes(const Group& group) {
  std::set<Waiting::Cause> causes;
  for (const auto& [id, member] : group.members) {
    if (member.recorded) causes.emplace(static_cast<Why>(member.recorded / 2), "");
  }
  const bool looked_at = group.flushed || !group.next;
  if (looked_at && causes.contains({Why::acknowledged, ""})) {
    for (const auto why :
         {Why::silenced, Why::inhibited, Why::muted, Why::absorbed, Why::waiting}) {
      causes.emplace(why, "");
    }
  }
  return causes;
}

}  // namespace alarum::alert
