#include "correlate/keys.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace alarum::correlate {
namespace {

// Of a product of many arrays, so that it stays a number.
constexpr std::size_t kMostCounted = 1'000'000'000;

std::vector<std::string_view> distinct_values(const model::FlatEvent& event, const std::string& path) {
  std::vector<std::string_view> values;
  const auto leaves = event.at(path);
  if (leaves.size() == 1 && leaves.front().kind != model::LeafKind::null) {
    return {leaves.front().text};
  }
  std::unordered_set<std::string_view> seen;  // an array may hold a million
  for (const auto& leaf : leaves) {
    if (leaf.kind != model::LeafKind::null && seen.insert(leaf.text).second) values.push_back(leaf.text);
  }
  return values;
}

// `,`, `=` and `\` are escaped, so that two different sets of values never read the same.
std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == ',' || c == '=' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string text_of(const rules::Rule& rule, const model::Labels& labels) {
  std::string text;
  for (const auto& term : rule.by) {
    const auto found = labels.find(term.label);
    if (found == labels.end()) continue;
    if (!text.empty()) text += ',';
    text += term.label + '=' + escaped(found->second);
  }
  return text;
}

std::vector<rules::ByTerm> terms_of(const rules::Rule& rule, const model::FlatEvent& event) {
  if (rule.by_is_default && event.at("subject").empty()) return {{"source", "source"}};
  return rule.by;
}

// Every label set so far, once with each of the values, up to the bound.
std::vector<model::Labels> with_term(const std::vector<model::Labels>& sets, const std::string& label,
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

std::vector<Key> keys_of(const rules::Rule& rule, const model::FlatEvent& event, std::size_t& missing, std::size_t& dropped) {
  std::vector<model::Labels> sets(1);
  std::size_t combinations = 1;
  for (const auto& term : terms_of(rule, event)) {
    const auto values = distinct_values(event, term.path);
    if (values.empty()) {
      ++missing;
    } else {
      sets = with_term(sets, term.label, values);
      combinations = std::min(combinations * values.size(), kMostCounted);
    }
  }
  dropped += combinations - sets.size();
  std::vector<Key> keys;
  for (auto& labels : sets) {
    auto text = rule.by_is_default && labels.contains("source") ? "source=" + escaped(labels["source"]) : text_of(rule, labels);
    keys.push_back({std::move(text), std::move(labels)});
  }
  return keys;
}

std::string key_text(const std::string& label, const std::string& value) { return label + '=' + escaped(value); }

std::vector<std::string_view> wholes_of(std::string_view key) {
  std::vector<std::string_view> wholes;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\') ++i;
    else if (key[i] == ',') wholes.push_back(key.substr(0, i));
  }
  return wholes;
}

std::string parts_of(const std::string& key) { return key.empty() ? "" : key + ','; }

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
