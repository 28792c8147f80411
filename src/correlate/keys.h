#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What one event says about one instance of a rule: the values of the rule's `by`.
struct Key {
  /// `subject=s1,npu=3`: the identity of the instance within its rule. In values `,`, `=` and `\`
  /// are escaped by a backslash, so different values never give the same text. It is in checkpoints
  /// and in the history, and must not change.
  std::string text;  ///< `subject=s1,npu=3`: the instance's identity within its rule
  /// The same values as labels. A missing or null value has no label.
  model::Labels labels;
};

/// How many instances of one rule one event may name. Further ones are dropped and counted.
constexpr std::size_t kMaxInstancesPerEvent = 16;

/// The instances of the rule that the event names: one for each different combination of values,
/// because an array gives one for each element. Adds to `missing` the number of terms without a
/// value, and to `dropped` the number of instances above the bound. Pure.
std::vector<Key> keys_of(const rules::Rule& rule, const model::FlatEvent& event,
                         std::size_t& missing, std::size_t& dropped);

/// `label=value`, escaped as in Key::text.
std::string key_text(const std::string& label, const std::string& value);

/// The keys of the instances that this one is a part of, the largest first: for
/// `server=s1,npu=3,port=2` they are `server=s1` and `server=s1,npu=3`. Views into `key`.
std::vector<std::string_view> wholes_of(std::string_view key);
/// The text with which the keys of all parts of an instance begin. Empty if `key` is, because an
/// instance without values has no parts.
std::string parts_of(const std::string& key);

/// The labels of a key's text: the inverse of Key::text.
model::Labels labels_of(const std::string& key);

}  // namespace alarum::correlate
