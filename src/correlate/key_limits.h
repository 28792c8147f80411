#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "base/bytes.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// Rules that have refused keys because they had `max_keys` of them. A rule leaves the list once it
/// has at most nine tenths of that limit.
class KeyLimits {
 public:
  /// The rule refused a key.
  void add(const rules::Rule& rule) {
    names_.insert(rule.alert);
    limits_[rule.alert] = rule.max_keys;
  }
  const std::set<std::string>& names() const { return names_; }
  /// Drops from the list the rules that have room again. `keys_of`: how many keys a rule has now.
  void review(const std::function<std::size_t(const std::string& rule)>& keys_of);
  /// Drops the rules that are not in force.
  void keep_only(const std::function<bool(const std::string& rule)>& is_in_force) {
    std::erase_if(names_, [&](const std::string& name) { return !is_in_force(name); });
  }

  void save(ByteWriter& out) const;
  static KeyLimits load(ByteReader& in);

 private:
  std::set<std::string> names_;
  std::map<std::string, std::uint64_t> limits_;  // `max_keys` when the rule last refused a key
};

}  // namespace alarum::correlate
