#include "deliver/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "alert/codec.h"
#include "base/hash.h"
#include "receivers/text/card.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kMostNamed = 50;

// The newest state of each alert, identified by its labels: a receiver that gets two alerts with
// the same labels could not tell which one counts. A later part replaces an earlier one.
std::optional<model::Message> newest(const std::vector<const model::Notification*>& parts) {
  model::Message out;
  std::map<std::uint64_t, std::size_t> places;
  for (const auto* part : parts) {
    auto message = alert::parse_message(part->facts);
    if (!message) return std::nullopt;
    for (auto& change : message->changes) {
      const auto [place, is_new] =
          places.emplace(model::fingerprint(change.alert.labels), out.changes.size());
      if (is_new)
        out.changes.push_back(std::move(change));
      else
        out.changes[place->second] = std::move(change);
    }
    const bool same = out.receiver.empty() || out.group_key == message->group_key;
    out.receiver = message->receiver;
    out.group_key = same ? message->group_key : "digest";
    out.group_labels = same ? message->group_labels : model::Labels{};
  }
  out.changes = receivers::worst_first(std::move(out.changes));
  return out;
}

}  // namespace

std::optional<model::Notification> merge(const std::vector<const model::Notification*>& parts,
                                         const ComposeFor& compose) {
  auto message = newest(parts);
  if (!message || message->changes.empty()) return std::nullopt;
  const auto& last = *parts.back();
  auto content = compose(last.target, *message);
  if (!content) return std::nullopt;
  auto sum = fnv1a(last.target);
  for (const auto* part : parts) sum = fnv1a('\n' + part->id, sum);
  // After a change of the config the same parts give another body, which is another notification.
  sum = fnv1a(content->body, sum);
  model::Notification out;
  out.id = "ntf-" + hex64(sum);
  out.target = last.target;
  out.group_key = last.group_key;
  out.body = std::move(content->body);
  out.headers = std::move(content->headers);
  out.facts = alert::message_json(*message);
  out.alert_id = message->changes.front().alert.id;
  out.offset = last.offset;
  out.created = parts.front()->created;
  out.sequence = last.sequence;
  return out;
}

std::string replaces_header(const std::vector<StandsFor>& all) {
  std::string named;
  for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i)
    named += (i == 0 ? "" : " ") + all[i].second;
  return fmt::format("Alarum-Replaces: {}\nAlarum-Replaces-Count: {}\n", named, all.size());
}

}  // namespace alarum::deliver
