#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What one event says of one instance: the values of the rule's `by`.
struct Key {
  std::string text;      ///< `subject=s1,npu=3`: the instance's identity within its rule
  model::Labels labels;  ///< the same as labels; a missing or null value leaves its label out
};

constexpr std::size_t kMaxInstancesPerEvent = 16;

/// One key for each distinct combination of values (an array gives one instance per element, at
/// most 16 in all). Adds to `missing` each term without a value and to `dropped` each instance past
/// the bound.
std::vector<Key> keys_of(const rules::Rule& rule, const model::FlatEvent& event,
                         std::size_t& missing, std::size_t& dropped);

/// `label=value`, escaped as keys_of() does.
std::string key_text(const std::string& label, const std::string& value);

/// The keys of what this one is a part of, the largest first: of `server=s1,npu=3,port=2` they are
/// `server=s1` and `server=s1,npu=3`.
std::vector<std::string_view> wholes_of(std::string_view key);
/// What the keys of its parts begin with; empty: it has none, since it says nothing.
std::string parts_of(const std::string& key);

/// A key's text back as labels.
model::Labels labels_of(const std::string& key);

}  // namespace alarum::correlate
