#include "ingest/poll/redfish_missed.h"

#include <unordered_map>

#include "ingest/push/object.h"
#include "ingest/push/redfish.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBeside = 2s;

std::string path_text(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

// A part that one side lacks does not count.
bool same_words(const Occurrence& a, const Occurrence& b) {
  if (a.message != b.message) return false;
  if (!a.args.empty() && !b.args.empty()) return a.args == b.args;
  return a.text.empty() || b.text.empty() || a.text == b.text;
}

bool within(const Occurrence& a, const Occurrence& b, Duration span) {
  if (!a.time || !b.time) return true;
  const auto apart = std::chrono::floor<std::chrono::seconds>(*a.time) -
                     std::chrono::floor<std::chrono::seconds>(*b.time);
  return std::chrono::abs(apart) <= span;
}

// Cancels entries that were pushed. The caller begins with the surest criterion, so that a record
// is not used up by another entry that only looks like it.
class Matching {
 public:
  Matching(const std::vector<Occurrence>& logged, std::vector<Occurrence> pushed)
      : logged_(logged), left_(logged.size(), true), pushed_(std::move(pushed)) {
    for (std::size_t i = 0; i < pushed_.size(); ++i) by_message_[pushed_[i].message].push_back(i);
  }

  template <class Same>
  void strike(const Same& same) {
    for (std::size_t i = 0; i < logged_.size(); ++i) {
      if (!left_[i]) continue;
      const auto found = by_message_.find(logged_[i].message);
      if (found == by_message_.end()) continue;
      auto& candidates = found->second;
      for (auto at = candidates.begin(); at != candidates.end(); ++at) {
        if (!same(logged_[i], pushed_[*at])) continue;
        candidates.erase(at);
        left_[i] = false;
        break;
      }
    }
  }

  std::vector<std::size_t> rest() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (left_[i]) out.push_back(i);
    }
    return out;
  }

 private:
  const std::vector<Occurrence>& logged_;
  std::vector<bool> left_;
  std::vector<Occurrence> pushed_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_message_;
};

}  // namespace

Occurrence read_occurrence(std::string_view json) {
  auto text = JsonText::parse(json);
  if (!text) return {};
  const Object one(*text, text->root());
  Occurrence out;
  out.message = without_version(one.scalar("MessageId"));
  for (const auto& arg : one.elements("MessageArgs")) out.args.append(arg.text).append("\n");
  out.text = one.text("Message");
  out.time = redfish_entry_time(one);
  out.entry = path_text(one.find("EntryType") || one.find("Created")
                            ? one.text("@odata.id")
                            : one.object("LogEntry").text("@odata.id"));
  return out;
}

std::vector<std::size_t> missed(const std::vector<Occurrence>& logged,
                                std::vector<Occurrence> pushed) {
  Matching matching(logged, std::move(pushed));
  matching.strike([](const auto& a, const auto& b) {
    return !a.entry.empty() && a.entry == b.entry && within(a, b, kBeside);
  });
  for (const auto span : {Duration(0), kBeside})
    matching.strike(
        [span](const auto& a, const auto& b) { return same_words(a, b) && within(a, b, span); });
  return matching.rest();
}

}  // namespace alarum::ingest
