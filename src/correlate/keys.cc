#include "correlate/keys.h"

#include <algorithm>

namespace alarum::correlate {
namespace {

std::vector<std::string> distinct_values(const model::FlatEvent& event, const std::string& path) {
  std::vector<std::string> values;
  for (const auto& leaf : event.at(path)) {
    if (leaf.kind == model::LeafKind::null) continue;
    if (std::find(values.begin(), values.end(), leaf.text) == values.end()) values.emplace_back(leaf.text);
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

// Every label set so far, once with each of the values.
std::vector<model::Labels> with_term(const std::vector<model::Labels>& sets, const std::string& label,
                                     const std::vector<std::string>& values, std::size_t& dropped) {
  std::vector<model::Labels> out;
  for (const auto& set : sets) {
    for (const auto& value : values) {
      if (out.size() == kMaxInstancesPerEvent) {
        ++dropped;
        continue;
      }
      out.push_back(set);
      out.back()[label] = value;
    }
  }
  return out;
}

}  // namespace

std::vector<Key> keys_of(const rules::Rule& rule, const model::FlatEvent& event, std::size_t& missing, std::size_t& dropped) {
  std::vector<model::Labels> sets(1);
  for (const auto& term : terms_of(rule, event)) {
    const auto values = distinct_values(event, term.path);
    if (values.empty()) {
      ++missing;
    } else {
      sets = with_term(sets, term.label, values, dropped);
    }
  }
  std::vector<Key> keys;
  for (auto& labels : sets) {
    auto text = rule.by_is_default && labels.contains("source") ? "source=" + escaped(labels["source"]) : text_of(rule, labels);
    keys.push_back({std::move(text), std::move(labels)});
  }
  return keys;
}

}  // namespace alarum::correlate
