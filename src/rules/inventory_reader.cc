#include "rules/inventory_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/csv.h"
#include "base/fields.h"
#include "rules/names.h"
#include "rules/tables.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

const KeySet kInventoryKeys{{"file", "keys", "shared", "labels", "annotations"}, {}};
constexpr std::size_t kMostColumns = 256;
constexpr std::size_t kMostKeys = 16;    // of keys and of shared
constexpr std::size_t kMostNames = 8;    // of labels and of annotations
constexpr std::size_t kMostFaults = 20;  // of one kind, that are listed
constexpr std::size_t kCrowd = 1000;     // servers in one rack, or behind one shared thing

// Collects faults of one kind and lists only the first ones: a file may have a million faulty rows.
class Faults {
 public:
  Faults(Diagnostics& out, std::string file, bool errors, std::vector<std::string>* list)
      : out_(out), file_(std::move(file)), errors_(errors), list_(list) {}
  ~Faults() {
    if (count_ > kMostFaults)
      say({file_, 0, 0}, fmt::format("and {} more of these", count_ - kMostFaults));
  }
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  void add(int line, const std::string& text) {
    if (++count_ <= kMostFaults) say({file_, line, 1}, text);
  }
  std::size_t count() const { return count_; }

 private:
  void say(const Place& place, const std::string& text) {
    errors_ ? out_.error(place, text) : out_.warning(place, text);
    if (list_)
      list_->push_back(place.line > 0 ? fmt::format("{}:{}: {}", place.file, place.line, text)
                                      : text);
  }
  Diagnostics& out_;
  std::string file_;
  bool errors_;
  std::vector<std::string>* list_;
  std::size_t count_ = 0;
};

bool taken_annotation(std::string_view name) {
  return name == "summary" || name == "description" || name == "runbook" || name == "flapping" ||
         name == "subjects";
}

}  // namespace

// Reads one inventory file.
class InventoryReader::Loading {
 public:
  Loading(const InventoryReader& said, InventoryNames& names, Diagnostics& out)
      : said_(said), known_(names), out_(out) {}

  std::shared_ptr<Inventory> run(const Sources& sources) {
    made_->reads_ = {"format", "subject", "source", "data.labels.source"};
    add_name(Inventory::kServer, Inventory::kNoColumn);
    if (!said_.section_) return made_;
    if (!said_.file_) {
      out_.error(
          said_.section_->place,
          "\"inventory\" names no \"file\": add file: fleet.csv, a table with a column \"server\"");
    } else if (sources.inventory) {
      const auto before = out_.error_count();
      const bool read = load(*sources.inventory);
      if (read) settle();
      if (!read || out_.error_count() > before) keep_names();
    } else {
      if (!said_already(out_, said_.file_->place))
        out_.error(said_.file_->place,
                   fmt::format("cannot read the inventory {}", said_.file_->text));
      keep_names();
    }
    for (const auto& name : made_->names_) known_.known.insert(name.text);
    return made_;
  }

 private:
  std::size_t column_of(const std::string& name) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) -
                                    columns_.begin());
  }
  bool has(const std::string& name) const { return column_of(name) < columns_.size(); }

  std::size_t read_path(const std::string& path) {
    auto& reads = made_->reads_;
    const auto found = std::find(reads.begin(), reads.end(), path);
    if (found == reads.end()) return reads.push_back(path), reads.size() - 1;
    return static_cast<std::size_t>(found - reads.begin());
  }

  Inventory::Name& add_name(const std::string& text, std::size_t column) {
    auto& names = made_->names_;
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& name) { return name.text == text; });
    if (found != names.end()) {
      if (column != Inventory::kNoColumn) found->column = column;
      return *found;
    }
    return names.emplace_back(Inventory::Name{text, Inventory::leaf_of(text), column,
                                              read_path(text),
                                              read_path("data.annotations." + text)});
  }

  bool load(const InventoryText& file) {
    about_ = &made_->about_;
    about_->path = file.path;
    about_->sha256 = file.sha256;
    const auto errors = out_.error_count();
    Faults cells(out_, file.path, true, nullptr);
    bool good = true;
    const bool parsed = read_csv(file.text, file.path, out_, [&](const CsvRow& row) {
      if (columns_.empty()) return good = take_header(row, file.path);
      if (row.fields.size() != columns_.size()) {
        cells.add(row.line, fmt::format("{} fields in this line, but the inventory has {} columns",
                                        row.fields.size(), columns_.size()));
        return true;
      }
      builder_->add(row.fields);
      lines_.push_back(row.line);
      return true;
    });
    if (parsed && columns_.empty())
      out_.error({file.path, 1, 1}, "an empty inventory: the first line names the columns");
    return parsed && good && out_.error_count() == errors;
  }

  bool take_header(const CsvRow& row, const std::string& path) {
    const Place place{path, row.line, 1};
    const auto errors = out_.error_count();
    if (row.fields.size() > kMostColumns)
      out_.error(place, fmt::format("{} columns are more than the limit of {}", row.fields.size(),
                                    kMostColumns));
    for (auto column = row.fields.begin(); column != row.fields.end(); ++column) {
      if (column->empty())
        out_.error(place, "a column without a name");
      else if (std::find(row.fields.begin(), column, *column) != column)
        out_.error(place, fmt::format("column \"{}\" appears twice", *column));
    }
    columns_ = row.fields;
    if (!has(Inventory::kServer)) {
      out_.error(
          place,
          fmt::format(
              "the inventory has no column \"server\", which holds the one name of each server{}",
              did_you_mean("server", columns_)));
    }
    about_->columns = columns_;
    builder_.emplace(columns_.size());
    return out_.error_count() == errors;
  }

  // Another file than the one that names the table, such as a shipped file, may have been written
  // for another table. So an unknown column is an error only in the file that names the table.
  bool known_column(const Node& column) {
    if (has(column.text)) return true;
    if (column.place.file != said_.file_->place.file) {
      if (std::find(missing_.begin(), missing_.end(), column.text) == missing_.end())
        missing_.push_back(column.text);
    } else {
      out_.error(column.place, fmt::format("the inventory {} has no column \"{}\"{}", about_->path,
                                           column.text, did_you_mean(column.text, columns_)));
    }
    return false;
  }

  void settle() {
    about_->rows = builder_->rows().size();
    const auto labels = names_in(said_.labels_, "labels"),
               annotations = names_in(said_.annotations_, "annotations");
    add_columns();
    for (const auto* label : labels) add_label(*label);
    for (const auto* annotation : annotations) add_annotation(*annotation);
    warn_of_nameless();
    add_server_index();
    if (said_.keys_) read_keys(*said_.keys_, "keys", false);
    if (said_.shared_) read_keys(*said_.shared_, "shared", true);
    add_label_indexes();
    if (!missing_.empty()) {
      out_.warning(said_.file_->place,
                   fmt::format("the inventory {} has no column {}: what \"keys\", \"shared\", "
                               "\"labels\" and \"annotations\" say of it elsewhere has no effect",
                               about_->path, fmt::join(missing_, ", ")));
    }
    made_->rows_ = std::move(*builder_).finish();
  }

  std::vector<const Node*> names_in(const Node* node, const char* key) {
    if (!node) return {};
    auto names = read_strings(*node, key, out_);
    if (names.size() > kMostNames)
      out_.error(node->place, fmt::format("\"{}\" has more than {} columns", key, kMostNames)),
          names.resize(kMostNames);
    return names;
  }

  void add_columns() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (free_name(columns_[i])) add_name(columns_[i], i);
    }
  }

  void add_label(const Node& label) {
    if (!free_name(label.text))
      return out_.error(
          label.place,
          fmt::format("\"{}\" cannot be a label: it means something else already, or is no name",
                      label.text));
    const bool there = known_column(label);
    add_name(label.text, there ? column_of(label.text) : Inventory::kNoColumn).label = true;
    const auto size = label.text + "_size";
    if (has(size)) return;
    add_name(size, there ? builder_->add_size_of(column_of(label.text)) : Inventory::kNoColumn);
  }

  void add_annotation(const Node& annotation) {
    if (!free_name(annotation.text) || taken_annotation(annotation.text)) {
      return out_.error(
          annotation.place,
          fmt::format(
              "\"{}\" cannot be an annotation: it means something else already, or is no name",
              annotation.text));
    }
    const bool there = known_column(annotation);
    add_name(annotation.text, there ? column_of(annotation.text) : Inventory::kNoColumn).annotated =
        true;
  }

  void warn_of_nameless() {
    for (const auto& column : columns_) {
      const bool key = (said_.keys_ && said_.keys_->find(column)) ||
                       (said_.shared_ && said_.shared_->find(column));
      if (!free_name(column) && !key) {
        Faults(out_, about_->path, false, &about_->faults)
            .add(1, fmt::format("column \"{}\" cannot be a name in rules: it means something else "
                                "already, or is no name; call it something like \"server_{}\"",
                                column, as_label(column)));
      }
    }
  }

  // The index of the column `server`, which has number 0.
  void add_server_index() {
    const auto column = column_of(Inventory::kServer);
    Faults faults(out_, about_->path, false, &about_->faults);
    builder_->add_index(column, InventoryRows::Use::agreed, [&](const RowsBuilder::Double& two) {
      faults.add(
          lines_[two.second],
          fmt::format(
              "a second row of server \"{}\" (first in line {}): it has what its rows agree on",
              builder_->rows().cell(two.second, column), lines_[two.first]));
    });
    Faults nameless(out_, about_->path, false, &about_->faults);
    for (InventoryRows::Row row = 0; row < builder_->rows().size(); ++row) {
      if (builder_->rows().cell(row, column).empty())
        nameless.add(
            lines_[row],
            "no value in the column \"server\": the server is called as its events call it");
    }
    made_->label_keys_.push_back({0, 0});
  }

  void read_keys(const Node& node, const char* key, bool shared) {
    if (!expect_kind(node, Kind::mapping, key, "a mapping of columns to paths, as in {bmc: source}",
                     out_))
      return;
    if (node.members.size() > kMostKeys)
      return out_.error(node.place, fmt::format("\"{}\" has more than {} columns", key, kMostKeys));
    const SharedTexts no_texts;
    const Names plain(0, nullptr, no_texts);
    for (const auto& [column, path] : node.members) {
      if (!read_string(path, column.text, out_)) continue;
      const auto resolved = plain.resolve(path.text, path.place, out_);
      if (!known_column(column) || !resolved) continue;
      if (shared && column.text == Inventory::kServer) {
        out_.error(column.place, "\"server\" cannot be shared: it distinguishes the servers");
      } else {
        made_->keys_.push_back(
            {column.text, read_path(*resolved), index_of(column.text, shared), shared});
      }
    }
  }

  std::size_t index_of(const std::string& name, bool shared) {
    const auto column = column_of(name);
    if (name == Inventory::kServer) return 0;
    const auto found = std::find_if(indexes_.begin(), indexes_.end(), [&](const Made& made) {
      return made.column == column && made.shared == shared;
    });
    if (found != indexes_.end()) return found->index;
    const auto index = shared ? shared_index(column) : unique_index(column);
    indexes_.push_back({column, shared, index});
    return index;
  }

  std::size_t unique_index(std::size_t column) {
    const auto& rows = builder_->rows();
    const auto server = column_of(Inventory::kServer);
    Faults faults(out_, about_->path, false, &about_->faults);
    const auto index = builder_->add_index(
        column, InventoryRows::Use::unique, [&](const RowsBuilder::Double& two) {
          faults.add(lines_[two.second],
                     fmt::format("{} \"{}\" is of two servers, \"{}\" (line {}) and \"{}\": events "
                                 "are not looked up by it, but by the other keys",
                                 columns_[column], rows.cell(two.second, column),
                                 rows.cell(two.first, server), lines_[two.first],
                                 rows.cell(two.second, server)));
        });
    about_->doubles += faults.count();
    return index;
  }

  // If thousands of rows share a value, it probably means "unknown", so there is a warning.
  std::size_t shared_index(std::size_t column) {
    std::map<InventoryRows::Row, std::size_t> crowds;
    const auto index =
        builder_->add_index(column, InventoryRows::Use::agreed,
                            [&](const RowsBuilder::Double& two) { ++crowds[two.first]; });
    if (columns_[column] != "rack" && !is_shared(columns_[column])) return index;
    Faults faults(out_, about_->path, false, &about_->faults);
    for (const auto& [first, more] : crowds) {
      if (more + 1 > kCrowd)
        faults.add(lines_[first],
                   fmt::format("{} rows have the {} \"{}\": is it what stands where nothing is "
                               "known? Leave the cell empty then",
                               more + 1, columns_[column], builder_->rows().cell(first, column)));
    }
    return index;
  }
  bool is_shared(const std::string& column) const {
    return said_.shared_ && said_.shared_->find(column);
  }

  void add_label_indexes() {
    for (std::size_t i = 1; i < made_->names_.size(); ++i) {
      const auto& name = made_->names_[i];
      if (name.label && name.column != Inventory::kNoColumn)
        made_->label_keys_.push_back({i, index_of(name.text, true)});
    }
  }

  void keep_names() {
    for (const auto* node : {said_.labels_, said_.annotations_}) {
      Diagnostics unheard;
      if (!node) continue;
      for (const auto* name : read_strings(*node, "labels", unheard)) {
        if (!free_name(name->text)) continue;
        add_name(name->text, Inventory::kNoColumn);
        if (node == said_.labels_) add_name(name->text + "_size", Inventory::kNoColumn);
      }
    }
    for (const auto& column : columns_) {
      if (free_name(column)) add_name(column, Inventory::kNoColumn);
    }
  }

  struct Made {
    std::size_t column = 0;
    bool shared = false;
    std::size_t index = 0;
  };
  const InventoryReader& said_;
  InventoryNames& known_;
  Diagnostics& out_;
  std::shared_ptr<Inventory> made_ = std::make_shared<Inventory>();
  Inventory::About* about_ = nullptr;
  std::vector<std::string> columns_, missing_;
  std::optional<RowsBuilder> builder_;
  std::vector<int> lines_;
  std::vector<Made> indexes_;
};

void InventoryReader::note(const Node& section, Diagnostics& out) {
  if (!expect_kind(
          section, Kind::mapping, "inventory",
          "a mapping, as in {file: fleet.csv, keys: {bmc: source}, labels: [server, rack]}", out))
    return;
  check_keys(section, kInventoryKeys, "inventory", out);
  section_ = &section;
  const auto take = [&](const char* key, const Node*& target) {
    if (const auto* node = section.find(key)) target = node;
  };
  if (const auto* file = section.find("file"); file && read_string(*file, "file", out))
    file_ = file;
  take("keys", keys_), take("shared", shared_), take("labels", labels_),
      take("annotations", annotations_);
}

std::shared_ptr<Inventory> InventoryReader::read(const Sources& sources, InventoryNames& names,
                                                 Diagnostics& out) {
  return Loading(*this, names, out).run(sources);
}

void InventoryReader::want(Inventory& inventory, const InventoryNames& names) {
  for (auto& name : inventory.names_) name.wanted = names.wanted.contains(name.text);
}

}  // namespace alarum::rules
