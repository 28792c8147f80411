#include <fmt/format.h>

#include <charconv>
#include <deque>
#include <unordered_map>

#include "base/fields.h"
#include "base/hash.h"
#include "rules/derivations.h"
#include "rules/inventory_reader.h"
#include "rules/rule_draft.h"
#include "rules/rule_set.h"
#include "rules/tables.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

const KeySet kFileKeys{
    {"defaults", "tables", "texts", "inventory", "extract", "enrich", "rules", "override"},
    {"lateness", "inhibited_by", "notify"}};

// One rule file during compilation. Drafts point to its names and defaults.
struct File {
  Node root;
  Names names;
  Defaults defaults;
};

// `groups: [{name, rules: [{alert or record, expr}]}]`; nullptr: it is something else.
const Node* prometheus_groups(const Node& root) {
  const auto* groups = root.find("groups");
  if (!groups) return nullptr;
  for (const auto& group : groups->items) {
    const auto* rules = group.find("rules");
    for (const auto& rule : rules ? rules->items : std::vector<Node>())
      if (rule.find("expr")) return groups;
  }
  return nullptr;
}

class Compiler {
 public:
  Compiler(const Sources& sources, Diagnostics& out) : sources_(sources), out_(out) {}

  // The order matters: names of the inventory, of tables and of texts are valid in all files, and
  // names of extract and enrich in all rules of their file.
  RuleSet run() {
    for (const auto& file : sources_.files) parse(file);
    read_inventory();
    for (auto& file : files_)
      read_section(file, "tables", [&](const Node& n) { tables_.read(n, sources_, out_); });
    tables_.settle(out_);
    for (auto& file : files_)
      read_section(file, "texts", [&](const Node& n) { texts_.read(n, out_); });
    texts_.settle(out_);
    for (std::uint32_t i = 0; i < files_.size(); ++i) read_file(files_[i], i);
    settle();
    return std::move(set_);
  }

 private:
  void parse(const Sources::File& source) {
    set_.scopes.push_back({source.path, {}, {}});
    auto& file = files_.emplace_back(
        File{{}, Names(static_cast<std::uint32_t>(files_.size()), &inventory_names_, texts_), {}});
    const bool json = source.path.ends_with(".json");
    auto root = json ? parse_json(source.text, source.path, out_)
                     : parse_yaml(source.text, source.path, out_);
    if (!root) return;
    if (json) check_unique_keys(*root, out_);
    if (!root->is(Kind::mapping)) {
      out_.error(root->place,
                 fmt::format("a rule file is a mapping with \"rules\", not {}", describe(*root)));
      return;
    }
    if (const auto* groups = prometheus_groups(*root)) {
      out_.error(groups->place,
                 "this is a rule file of Prometheus, whose \"expr\" asks metrics: rules here match "
                 "events (docs/rules.md). Let Prometheus keep it and send its alerts here "
                 "(docs/alerts-api.md)");
      return;
    }
    check_keys(*root, kFileKeys, "a rule file", out_);
    file.root = std::move(*root);
  }

  template <class Read>
  static void read_section(const File& file, const char* key, const Read& read) {
    if (const auto* node = file.root.find(key)) read(*node);
  }

  void read_inventory() {
    InventoryReader reader;
    for (auto& file : files_)
      read_section(file, "inventory", [&](const Node& n) { reader.note(n, out_); });
    inventory_ = reader.read(sources_, inventory_names_, out_);
  }

  void read_file(File& file, std::uint32_t index) {
    auto& scope = set_.scopes[index];
    read_section(file, "extract",
                 [&](const Node& n) { read_extracts(n, file.names, scope, out_); });
    read_section(file, "enrich",
                 [&](const Node& n) { read_enriches(n, tables_, file.names, scope, out_); });
    read_section(file, "defaults",
                 [&](const Node& n) { file.defaults = read_defaults(n, file.names, out_); });
    read_section(file, "rules", [&](const Node& n) { read_rules(n, file, index); });
    read_section(file, "override", [&](const Node& n) { overrides(n); });
  }

  void read_rules(const Node& node, const File& file, std::uint32_t index) {
    if (!expect_kind(node, Kind::sequence, "rules", "a list of rules", out_)) return;
    for (const auto& item : node.items) {
      auto draft = read_rule(item, {file.names, file.defaults, tables_, index}, out_);
      if (!draft) continue;
      const auto [first, fresh] = by_name_.try_emplace(draft->rule.alert, drafts_.size());
      if (fresh) {
        drafts_.push_back(std::move(*draft));
      } else {
        const auto& place = drafts_[first->second].rule.place;
        out_.error(draft->rule.place,
                   fmt::format("duplicate alert name \"{}\" (first at {}:{}:{})", draft->rule.alert,
                               place.file, place.line, place.column));
      }
    }
  }

  void overrides(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "override", "a mapping of alert names", out_)) return;
    for (const auto& [name, entry] : node.members) {
      const auto found = by_name_.find(name.text);
      if (found != by_name_.end()) {
        auto& draft = drafts_[found->second];
        const auto scope = draft.rule.scope;
        if (const auto* enrich = entry.find("enrich"))
          read_enriches(*enrich, tables_, files_[scope].names, set_.scopes[scope], out_);
        apply_override(name, entry, tables_, draft, out_);
      } else {
        unknown_.push_back(&name);
      }
    }
  }

  // Reported at the end, because only then it is known whether a later file has the rule.
  void tell_unknown() {
    std::vector<std::string> names;
    for (const auto& draft : drafts_) names.push_back(draft.rule.alert);
    for (const auto* name : unknown_) {
      if (const auto found = by_name_.find(name->text); found != by_name_.end()) {
        const auto& place = drafts_[found->second].rule.place;
        out_.error(name->place, fmt::format("the override of \"{}\" comes before the rule, which "
                                            "is at {}:{}:{}: load its file later",
                                            name->text, place.file, place.line, place.column));
      } else {
        out_.error(name->place, fmt::format("there is no rule \"{}\" to override{}", name->text,
                                            did_you_mean(name->text, names)));
      }
    }
  }

  void settle() {
    tell_unknown();
    InventoryReader::want(*inventory_, inventory_names_);
    set_.inventory = inventory_;
    for (auto& draft : drafts_) settle_inventory(draft.rule, inventory_);
    settle_relations(drafts_, out_);
    check_relations(drafts_, out_);
    check_gather(drafts_, out_);
    for (auto& draft : drafts_) {
      settle_end(draft, out_);
      check_until(draft.rule, out_);
      (draft.enabled ? set_.rules : set_.disabled).push_back(std::move(draft.rule));
    }
  }

  const Sources& sources_;
  Diagnostics& out_;
  InventoryNames inventory_names_;  // these two must outlive files_, whose names point to them
  SharedTexts texts_;
  std::shared_ptr<Inventory> inventory_;
  std::deque<File> files_;
  Tables tables_;
  std::vector<RuleDraft> drafts_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<const Node*> unknown_;
  RuleSet set_;
};

model::GenerationId id_of(const std::string& hash) {
  model::GenerationId id = 0;
  std::from_chars(hash.data(), hash.data() + 16, id, 16);
  return id;
}

}  // namespace

std::optional<RuleSet> compile(const Sources& sources, Diagnostics& out) {
  const auto errors = out.error_count();
  auto set = Compiler(sources, out).run();
  if (out.error_count() > errors) return std::nullopt;
  set.text = pack(sources);
  set.hash = sha256_hex(set.text);
  set.id = id_of(set.hash);
  return set;
}

}  // namespace alarum::rules
