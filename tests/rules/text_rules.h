#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace alarum::rules {

/// Rule files as text. Tables are found beside them.
struct TextRules {
  std::vector<Sources::File> files;
  std::vector<Sources::File> tables;
  std::shared_ptr<const InventoryText> inventory = nullptr;

  std::optional<RuleSet> compile(Diagnostics& out) const {
    return rules::compile({files, tables, inventory}, out);
  }

  /// What `check` would print; "" when there is nothing to say.
  std::string said() const {
    Diagnostics out;
    const auto set = compile(out);
    return set.has_value() == out.ok() ? out.text()
                                       : "compile and its diagnostics disagree\n" + out.text();
  }
};

inline std::string said(const std::string& text) {
  return TextRules{{{"r.yaml", text}}, {}}.said();
}

/// Of text that is right.
inline RuleSet loaded(const std::string& text) {
  Diagnostics out;
  auto set = TextRules{{{"r.yaml", text}}, {}}.compile(out);
  return set ? std::move(*set) : throw std::invalid_argument(out.text());
}

}  // namespace alarum::rules
