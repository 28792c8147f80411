#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/fields.h"
#include "base/hash.h"
#include "rules/rule_set.h"
#include "rules/tables.h"

namespace alarum::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 16 << 20;  // bytes of one rule file or table
constexpr std::size_t kMaxFiles = 10000;       // rule files in all

bool rule_file(const fs::path& path) {
  const auto name = path.filename().string();
  const auto ending = path.extension();
  if (ending != ".yaml" && ending != ".yml" && ending != ".json") return false;
  return !name.starts_with('.') && path.stem().extension() != ".test";
}

std::string identity(const fs::path& path) {
  std::error_code unused;
  const auto real = fs::weakly_canonical(path, unused);
  return unused ? path.string() : real.string();
}

// The text of a file, or why it cannot be read.
Result<std::string> slurp(const fs::path& path, std::uintmax_t most = kMaxFile) {
  std::error_code fault;
  if (!fs::is_regular_file(path, fault))
    return fail("unreadable", fault ? fault.message() : "not a file");
  const auto size = fs::file_size(path, fault);
  if (fault) return fail("unreadable", fault.message());
  if (size > most)
    return fail("unreadable",
                fmt::format("{} bytes are more than the limit of {}", size, format_size(most)));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("unreadable", std::strerror(errno));
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (in.bad()) return fail("unreadable", "read error");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

class Reader {
 public:
  Reader(Diagnostics& out, std::string inventory) : out_(out), in_place_(std::move(inventory)) {}

  Sources run(const std::vector<std::string>& paths) {
    for (const auto& path : paths) add(path);
    for (const auto& file : sources_.files) note_tables(file);
    add_inventory();
    // A table in a folder of rules is not a rule file.
    std::erase_if(sources_.files,
                  [&](const auto& file) { return tables_.contains(identity(file.path)); });
    for (const auto& file : sources_.files) {
      if (empty_.contains(file.path))
        out_.error({file.path, 1, 1},
                   "there is nothing in this rule file, or nothing but comments; write \"rules: "
                   "[]\" if that is meant, or remove the file");
    }
    return std::move(sources_);
  }

 private:
  void add(const std::string& path) {
    std::error_code fault;
    if (fs::is_directory(path, fault)) return add_folder(path);
    if (!fs::exists(path, fault))
      return out_.error({path, 0, 0}, fault ? fault.message() : "no such file or folder");
    add_file(path);
  }

  void add_folder(const std::string& path) {
    std::vector<fs::path> found;
    try {
      for (fs::recursive_directory_iterator at(path), end; at != end; ++at) {
        // Hidden files are editors' copies, and the real files behind the links of a volume that
        // Kubernetes mounted.
        const bool hidden = at->path().filename().string().starts_with('.');
        if (hidden && at->is_directory()) at.disable_recursion_pending();
        if (!hidden && !at->is_directory() && rule_file(at->path())) found.push_back(at->path());
      }
    } catch (const fs::filesystem_error& fault) {
      return out_.error({path, 0, 0}, fault.code().message());
    }
    if (found.empty())
      out_.warning({path, 0, 0}, "no rule files (*.yaml, *.yml, *.json) in this folder");
    std::sort(found.begin(), found.end());
    for (const auto& file : found) add_file(file);
  }

  void add_file(const fs::path& path) {
    if (!seen_.insert(identity(path)).second) return;
    if (seen_.size() > kMaxFiles) {
      if (seen_.size() == kMaxFiles + 1)
        out_.error({path.string(), 0, 0}, fmt::format("more than {} rule files", kMaxFiles));
      return;
    }
    auto text = slurp(path);
    if (!text) return out_.error({path.string(), 0, 0}, "cannot be read: " + text.error().message);
    sources_.files.push_back({path.string(), std::move(*text)});
  }

  // Faults of the file are reported when it is compiled, not here.
  void note_tables(const Sources::File& file) {
    Diagnostics unheard;
    const auto root = file.path.ends_with(".json") ? parse_json(file.text, file.path, unheard)
                                                   : parse_yaml(file.text, file.path, unheard);
    if (root && root->is(Node::Kind::mapping) && root->members.empty()) empty_.insert(file.path);
    const auto* inventory = root ? root->find("inventory") : nullptr;
    const auto* file_of_it = inventory ? inventory->find("file") : nullptr;
    if (file_of_it && file_of_it->is(Node::Kind::string)) inventory_ = *file_of_it;
    const auto* tables = root ? root->find("tables") : nullptr;
    if (!tables) return;
    for (const auto& [name, entry] : tables->members) {
      const auto* named = entry.find("file");
      if (named && named->is(Node::Kind::string)) add_table(*named);
    }
  }

  void add_table(const Node& named) {
    const auto path = table_path(named.place.file, named.text);
    if (!tables_.insert(identity(path)).second && known(path)) return;
    auto text = slurp(path);
    if (!text)
      return out_.error(named.place,
                        fmt::format("cannot read table {}: {}", path, text.error().message));
    sources_.tables.push_back({path, std::move(*text)});
  }

  // If several files name an inventory, the last one counts, and the files of the others need not
  // exist.
  void add_inventory() {
    if (!inventory_) return;
    const auto path =
        in_place_.empty() ? table_path(inventory_->place.file, inventory_->text) : in_place_;
    auto text = slurp(path, kMaxInventory);
    if (!text)
      return out_.error(inventory_->place, fmt::format("cannot read the inventory {}: {}", path,
                                                       text.error().message));
    sources_.inventory = inventory_text(path, std::move(*text));
  }

  bool known(const std::string& path) const {
    return std::any_of(sources_.tables.begin(), sources_.tables.end(),
                       [&](const auto& table) { return table.path == path; });
  }

  Diagnostics& out_;
  Sources sources_;
  std::optional<Node> inventory_;  // what names the file
  // A file to read instead of the one that the rule files name; empty: none.
  std::string in_place_;
  std::set<std::string> seen_, tables_;
  // Files without any key, which may have been cut off or are half written.
  std::set<std::string> empty_;
};

}  // namespace

void expect_inventory(const Sources& sources, const std::string& path, Diagnostics& out) {
  if (sources.inventory || !out.ok()) return;
  out.error({path, 0, 0},
            "no rule file has the key \"inventory\", which says what the columns of this file are: "
            "load rules/fleet/inventory.yaml, or write one");
}

std::shared_ptr<const InventoryText> inventory_text(std::string path, std::string text) {
  auto hash = sha256_hex(text);
  return std::make_shared<const InventoryText>(
      InventoryText{std::move(path), std::move(text), std::move(hash)});
}

Sources read_sources(const std::vector<std::string>& paths, Diagnostics& out,
                     const std::string& inventory) {
  return Reader(out, inventory).run(paths);
}

}  // namespace alarum::rules
