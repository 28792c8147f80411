#include "correlate/keys.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace alarum::correlate {
namespace {

// Of a product of many arrays, so that it stays a number.
constexpr std::size_t kMostCounted = 1'000'000'000;

std::vector<std::string_view> distinct_values(const model::FlatEvent& event,
                                              const std::string& path) {
  std::vector<std::string_view> values;
  const auto leaves = event.at(path);
  if (leaves.size() == 1 && leaves.front().kind != model::LeafKind::null) {
    return {leaves.front().text};
  }
  std::unordered_set<std::string_view> seen;  // an array may hold a million
  for (const auto& leaf : leaves) {
    if (leaf.kind != model::LeafKind::null && seen.insert(leaf.text).second)
      values.push_back(leaf.text);
  }
  return values;
}

// `,`, `=` and `\` are escaped, so that two different sets of values never read the same.
void add_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == ',' || c == '=' || c == '\\') out += '\\';
    out += c;
  }
}

void add_term(std::string& out, std::string_view label, std::string_view value) {
  out.reserve(out.size() + label.size() + value.size() + 2);
  if (!out.empty()) out += ',';
  out += label;
  out += '=';
  add_escaped(out, value);
}

std::string text_of(const rules::Rule& rule, const model::Labels& labels) {
  std::string text;
  const auto source = rule.by_is_default ? labels.find("source") : labels.end();
  if (source != labels.end()) return add_term(text, "source", source->second), text;
  for (const auto& term : rule.by) {
    if (const auto found = labels.find(term.label); found != labels.end())
      add_term(text, term.label, found->second);
  }
  return text;
}

std::span<const rules::ByTerm> terms_of(const rules::Rule& rule, const model::FlatEvent& event) {
  static const rules::ByTerm source{"source", "source"};
  if (rule.by_is_default && event.at("subject").empty()) return {&source, 1};
  return rule.by;
}

// Where no term has several values, as nearly always. nullopt: one has.
std::optional<Key> only_key(const rules::Rule& rule, std::span<const rules::ByTerm> terms,
                            const model::FlatEvent& event, std::size_t& missing) {
  Key key;
  std::size_t without = 0;
  for (const auto& term : terms) {
    const auto leaves = event.at(term.path);
    if (leaves.size() > 1) return std::nullopt;
    const bool there = !leaves.empty() && leaves.front().kind != model::LeafKind::null;
    if (there)
      key.labels[term.label] = leaves.front().text;
    else
      ++without;
  }
  missing += without;
  key.text = text_of(rule, key.labels);
  return key;
}

// Every label set so far, once with each of the values, up to the bound.
std::vector<model::Labels> with_term(const std::vector<model::Labels>& sets,
                                     const std::string& label,
                                     const std::vector<std::string_view>& values) {
  std::vector<model::Labels> out;
  for (const auto& set : sets) {
    for (const auto value : values) {
      if (out.size() == kMaxInstancesPerEvent) return out;
      out.push_back(set);
      out.back()[label] = value;
    }
  }
  return out;
}

}  // namespace

std::vector<Key> keys_of(const rules::Rule& rule, const model::FlatEvent& event,
                         std::size_t& missing, std::size_t& dropped) {
  std::vector<Key> keys;
  const auto terms = terms_of(rule, event);
  if (auto one = only_key(rule, terms, event, missing))
    return keys.push_back(std::move(*one)), keys;
  std::vector<model::Labels> sets(1);
  std::size_t combinations = 1;
  for (const auto& term : terms) {
    const auto values = distinct_values(event, term.path);
    if (values.empty()) {
      ++missing;
    } else {
      sets = with_term(sets, term.label, values);
      combinations = std::min(combinations * values.size(), kMostCounted);
    }
  }
  dropped += combinations - sets.size();
  for (auto& labels : sets) {
    auto text = text_of(rule, labels);
    keys.push_back({std::move(text), std::move(labels)});
  }
  return keys;
}

std::string key_text(const std::string& label, const std::string& value) {
  std::string text;
  add_term(text, label, value);
  return text;
}

std::vector<std::string_view> wholes_of(std::string_view key) {
  std::vector<std::string_view> wholes;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\')
      ++i;
    else if (key[i] == ',')
      wholes.push_back(key.substr(0, i));
  }
  return wholes;
}

std::string parts_of(const std::string& key) {
  return key.empty() ? "" : key + ',';
}

model::Labels labels_of(const std::string& key) {
  model::Labels labels;
  std::string label, value;
  bool in_value = false;
  const auto finish = [&] {
    if (in_value) labels[std::exchange(label, {})] = std::exchange(value, {});
    in_value = false;
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\' && i + 1 < key.size()) {
      value += key[++i];
    } else if (key[i] == ',') {
      finish();
    } else if (key[i] == '=' && !in_value) {
      in_value = true;
    } else {
      (in_value ? value : label) += key[i];
    }
  }
  finish();
  return labels;
}

}  // namespace alarum::correlate
