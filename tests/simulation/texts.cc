#include "tests/simulation/texts.h"

#include "receivers/list.h"
#include "rules/rule_set.h"

namespace alarum::simulation {

std::optional<app::Loaded> Texts::load(const std::string& rules, const std::string& config,
                                       Diagnostics& faults) {
  // Of what is broken, too, it is known what is wrong with it: YAML is slow.
  if (const auto known = faults_.find({rules, config}); known != faults_.end()) {
    faults = known->second;
    return std::nullopt;
  }
  auto read = configs_.find(config);
  if (read == configs_.end()) {
    auto made = config::parse(config, "/output/alarum.yaml", receivers::kinds(), faults);
    if (made) read = configs_.emplace(config, std::move(*made)).first;
  }
  auto compiled = generations_.find(rules);
  if (compiled == generations_.end()) {
    rules::Sources sources;
    sources.files.push_back({"rules.yaml", rules});
    auto made = rules::compile(rules::with_unknown_fault(sources), faults);
    if (made && faults.ok()) {
      auto generation = std::make_shared<const match::Generation>(std::move(*made));
      by_hash_[generation->rules().hash] = generation;
      compiled = generations_.emplace(rules, std::move(generation)).first;
    }
  }
  if (read == configs_.end() || compiled == generations_.end() || !faults.ok()) {
    faults_.emplace(std::pair(rules, config), faults);
    return std::nullopt;
  }
  app::Loaded loaded;
  loaded.config = read->second, loaded.generation = compiled->second;
  loaded.rules = {"rules.yaml"}, loaded.files = 1;
  return loaded;
}

bool Texts::adopt(const std::string& hash, const std::string& stored) {
  if (by_hash_.contains(hash)) return true;
  const auto sources = rules::unpack(stored);
  Diagnostics faults;
  auto made = sources ? rules::compile(*sources, faults) : std::nullopt;
  if (!made || !faults.ok()) return false;
  by_hash_[hash] = std::make_shared<match::Generation>(std::move(*made));
  return true;
}

std::shared_ptr<const match::Generation> Texts::compiled(const std::string& hash) const {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : found->second;
}

}  // namespace alarum::simulation
