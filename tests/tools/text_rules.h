#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::tools {

/// The rules of one text, compiled.
inline std::shared_ptr<const match::Generation> rules_of(const std::string& text) {
  Diagnostics faults;
  auto set = rules::compile({{{"r.yaml", text}}, {}}, faults);
  if (!set) throw std::runtime_error(faults.text());
  return std::make_shared<const match::Generation>(std::move(*set));
}

/// The first test of a test file's text.
inline engine::RuleTest test_of(const std::string& text) {
  Diagnostics faults;
  const auto file = engine::read_rule_tests(text, "r.test.yaml", faults);
  if (!file) throw std::runtime_error(faults.text());
  return file->tests.at(0);
}

}  // namespace alarum::tools
