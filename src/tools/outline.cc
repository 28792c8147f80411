#include "tools/outline.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/node.h"
#include "base/node_text.h"
#include "rules/shared_texts.h"

namespace alarum::tools {
namespace {

using Kind = Node::Kind;

constexpr std::string_view kPartial = "{{>";
constexpr std::size_t kShown = 48;    // bytes of a value that are shown
constexpr std::size_t kAround = 12;   // bytes of what is the same, around what differs
constexpr std::size_t kDiffers = 96;  // bytes of what differs

bool is_inside(const std::string& text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// `text` from `from` to `to`, of whole characters, with … where something is left out.
std::string part(const std::string& text, std::size_t from, std::size_t to) {
  while (from > 0 && is_inside(text, from)) --from;
  while (is_inside(text, to)) ++to;
  return (from > 0 ? "…" : "") + text.substr(from, to - from) + (to < text.size() ? "…" : "");
}

std::string shown(const std::string& json) {
  return part(json, 0, json.size() > kShown ? kShown - 3 : json.size());
}

// `count: 3 → 4`; of long values the part that differs, with a little of what is around it.
std::string change_text(const std::string& before, const std::string& after) {
  if (before.size() <= kShown && after.size() <= kShown) return before + " → " + after;
  const auto shorter = std::min(before.size(), after.size());
  std::size_t same = 0, tail = 0;
  while (same < shorter && before[same] == after[same]) ++same;
  while (tail < shorter - same &&
         before[before.size() - tail - 1] == after[after.size() - tail - 1])
    ++tail;
  const auto from = same > kAround ? same - kAround : 0;
  const auto of = [&](const std::string& text) {
    const auto to = text.size() - (tail > kAround ? tail - kAround : 0);
    return part(text, from, std::min(to, from + kDiffers + 2 * kAround));
  };
  return of(before) + " → " + of(after);
}

// Whether the text contains the name as a whole word.
bool names(const std::string& text, const std::string& name) {
  const auto part = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); };
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) return true;
  }
  return false;
}

class Outliner {
 public:
  explicit Outliner(const rules::Sources& sources) {
    for (const auto& file : sources.files) parse(file);
    for (const auto& root : roots_) read_tables(root, sources);
    read_texts();
    for (const auto& root : roots_) read_rules(root);
    for (const auto& root : roots_) override_rules(root);
  }

  std::map<std::string, RuleOutline> take() { return std::move(out_); }

 private:
  void parse(const rules::Sources::File& file) {
    Diagnostics unused;
    auto root = file.path.ends_with(".json") ? parse_json(file.text, file.path, unused)
                                             : parse_yaml(file.text, file.path, unused);
    if (root && root->is(Kind::mapping)) roots_.push_back(std::move(*root));
  }

  void read_tables(const Node& root, const rules::Sources& sources) {
    const auto* tables = root.find("tables");
    if (!tables) return;
    for (const auto& [name, entry] : tables->members) {
      auto& text = tables_[name.text] = node_json(entry);
      const auto* file = entry.find("file");
      for (const auto& table : sources.tables) {
        if (file && table.path.ends_with(file->text))
          text += " sha256 " + sha256_hex(table.text).substr(0, 16);
      }
    }
  }

  void read_texts() {
    Diagnostics unused;
    for (const auto& root : roots_) {
      if (const auto* texts = root.find("texts")) texts_.read(*texts, unused);
    }
    texts_.settle(unused);
  }

  void read_rules(const Node& root) {
    const auto* rules = root.find("rules");
    if (!rules) return;
    for (const auto& rule : rules->items) {
      const auto* name = rule.find("alert");
      if (!name) continue;
      auto& outline = out_[name->text];
      outline.place = name->place;
      for (const auto& [key, value] : rule.members) {
        if (key.text != "alert") outline.keys[key.text] = node_json(value);
      }
      add_defaults(root, outline);
      add_used(root, node_json(rule), outline);
    }
  }

  static void add_defaults(const Node& root, RuleOutline& outline) {
    const auto* defaults = root.find("defaults");
    if (!defaults) return;
    for (const auto& [key, value] : defaults->members)
      outline.keys.try_emplace(key.text, node_json(value));
  }

  // A name may be made from other names, which count as used if it is used. So go through them from
  // the last to the first.
  void add_used(const Node& root, std::string text, RuleOutline& outline) {
    text += add_texts(text, root.place.file, outline);
    if (const auto* enrich = root.find("enrich")) {
      for (auto entry = enrich->items.rbegin(); entry != enrich->items.rend(); ++entry)
        add_enrich(*entry, text, outline);
    }
    if (const auto* extract = root.find("extract")) {
      for (auto entry = extract->members.rbegin(); entry != extract->members.rend(); ++entry) {
        if (!names(text, entry->first.text)) continue;
        const auto json = node_json(entry->second);
        outline.keys["extract " + entry->first.text] = json;
        text += json;
      }
    }
    for (const auto& [name, content] : tables_) {
      if (outline.keys.contains("expect") && outline.keys["expect"] == '"' + name + '"')
        outline.keys["table " + name] = content;
    }
  }

  // What `{{> name}}` puts in, whole. Returns those texts.
  std::string add_texts(std::string_view json, const std::string& file, RuleOutline& outline) {
    std::string all;
    for (auto at = json.find(kPartial); at != json.npos; at = json.find(kPartial, at + 1)) {
      const auto from = at + kPartial.size();
      const std::string name(
          alarum::trimmed(json.substr(from, json.find("}}", from) - from), " \t"));
      const auto text = texts_.find(name, file);
      if (!text) continue;
      outline.keys["text " + name] = *text;
      all += *text;
    }
    return all;
  }

  void add_enrich(const Node& entry, std::string& text, RuleOutline& outline) {
    const auto *add = entry.find("add"), *table = entry.find("table");
    if (!add || !table) return;
    for (const auto& item : add->items) {
      const auto& name = item.members.empty() ? item.text : item.members.front().first.text;
      if (!names(text, name)) continue;
      const auto json = node_json(entry);
      outline.keys["enrich " + table->text] = json;
      outline.keys["table " + table->text] = tables_[table->text];
      text += json;
      return;
    }
  }

  void override_rules(const Node& root) {
    const auto* overrides = root.find("override");
    if (!overrides) return;
    for (const auto& [name, entry] : overrides->members) {
      const auto found = out_.find(name.text);
      if (found == out_.end()) continue;
      for (const auto& [key, value] : entry.members)
        found->second.keys[key.text] = node_json(value);
      add_texts(node_json(entry), root.place.file, found->second);
    }
  }

  std::vector<Node> roots_;
  std::map<std::string, std::string> tables_;
  rules::SharedTexts texts_;
  std::map<std::string, RuleOutline> out_;
};

}  // namespace

std::map<std::string, RuleOutline> outline(const rules::Sources& sources) {
  return Outliner(sources).take();
}

std::vector<std::string> differences(const RuleOutline& before, const RuleOutline& after) {
  std::vector<std::string> out;
  for (const auto& [key, value] : before.keys) {
    const auto found = after.keys.find(key);
    if (found == after.keys.end())
      out.push_back(key + " removed");
    else if (found->second != value && key.starts_with("table "))
      out.push_back(key + " changed");
    else if (found->second != value)
      out.push_back(fmt::format("{}: {}", key, change_text(value, found->second)));
  }
  for (const auto& [key, value] : after.keys) {
    if (!before.keys.contains(key)) out.push_back(fmt::format("{} added: {}", key, shown(value)));
  }
  return out;
}

}  // namespace alarum::tools
