// What the dispatcher answers, and its checkpoint.
#include <algorithm>

#include "alert/dispatcher.h"
#include "base/newer_format.h"

namespace alarum::alert {
namespace {

constexpr std::uint64_t kVersion = 6;
// That is read: without what is owed; up to 3 with acknowledgements, which are the engine's now; up
// to 4 without `unconfirmed` and what roll-ups hold back; up to 5 without what groups wait for
constexpr std::uint64_t kOldest = 2;

}  // namespace

Dispatcher::Status Dispatcher::status(const model::Alert& alert, Time now) const {
  Status status;
  for (const auto& place : router_.places(alert)) {
    if (std::ranges::find(status.receivers, place.receiver) == status.receivers.end()) {
      status.receivers.push_back(place.receiver);
      if (router_.targets_of(place.receiver).empty() && !router_.logs_only(place))
        status.no_integration.push_back(place.receiver);
    }
    for (auto& name : suppression_.muting(router_.node(place.node), now))
      status.muted_by.push_back(std::move(name));
  }
  status.silenced_by = silences().silencing(alert.labels, now);
  status.inhibited_by = suppression_.inhibiting(alert.labels);
  for (const auto* rules : {&alert.inhibited_by, &alert.absorbed, &alert.waiting})
    status.inhibited_by.insert(status.inhibited_by.end(), rules->begin(), rules->end());
  return status;
}

std::vector<Recipient> Dispatcher::recipients(const model::Alert& alert) const {
  std::vector<Recipient> out;
  const auto number = NotificationLog::number_of(alert.id);
  for (const auto& place : router_.places(alert)) {
    const auto* group = groups_.find(place.text());
    if (!group) continue;
    for (const auto* target : router_.targets_of(place.receiver)) {
      const auto* known = group->log.find(target->name);
      if (known && known->knows(number))
        out.push_back({target->name, place.key, labels_of(*group)});
    }
  }
  return out;
}

// In a group of another config no time is a mute time.
std::optional<Suppression::Reason> Dispatcher::kept_back(const model::Alert& alert,
                                                         const std::string& group_key,
                                                         Time now) const {
  std::vector<std::string> muted;
  for (const auto& place : router_.places(alert)) {
    if (place.key == group_key) muted = suppression_.muting(router_.node(place.node), now);
  }
  return suppression_.reason(alert.labels, muted, now);
}

std::vector<Recipient> Dispatcher::receivers(const model::Alert& alert) const {
  std::vector<Recipient> out;
  for (auto& place : router_.places(alert)) {
    out.push_back({std::move(place.receiver), std::move(place.key), {}});
  }
  return out;
}

model::Labels Dispatcher::labels_in(const model::Alert& alert, const std::string& group_key) const {
  for (const auto& place : router_.places(alert)) {
    const auto& node = router_.node(place.node);
    if (place.key == group_key && !node.each_alone) return part_of(alert.labels, node.group_by);
  }
  return without_severity(alert.labels);
}

std::set<std::string> Dispatcher::members() const {
  std::set<std::string> ids;
  for (const auto& [text, group] : groups_.all()) {
    for (const auto& [id, member] : group->members) ids.insert(id);
  }
  return ids;
}

std::vector<Dispatcher::Name> Dispatcher::names() const {
  std::vector<Name> out;
  out.reserve(groups_.all().size());
  for (const auto& [text, group] : groups_.all()) {
    if (!group->members.empty()) out.push_back({group->node, group->receiver, group->key});
  }
  return out;
}

const Group* Dispatcher::find(const Name& name) const {
  const auto* group = groups_.find(Place{name.node, name.receiver, name.key}.text());
  return group && group->node == name.node ? group : nullptr;
}

model::Labels Dispatcher::labels_of(const Group& group) const {
  return alert::labels_of(group, node_of(group), alerts_);
}

std::string Dispatcher::save() const {
  ByteWriter out;
  out.number(kVersion);
  groups_.save(out);
  out.number(silences().all().size());
  for (const auto& [id, silence] : silences().all()) out.text(model::silence_json(silence));
  return out.take();
}

Result<void> Dispatcher::restore(std::string_view state) {
  ByteReader in(state);
  const auto version = in.number();
  if (version > kVersion) return newer_format("the saved groups", version, kVersion);
  if (version < kOldest) return fail("bad_state", "saved groups have another version");
  auto groups = Groups::load(in, version);
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
  groups_ = std::move(groups);
  suppression_.silences().restore(std::move(silences));
  old_acknowledgements_ = std::move(acknowledged);
  return {};
}

}  // namespace alarum::alert
