#include "rules/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/fields.h"
#include "rules/names.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

// The cells of a table, whatever its format.
struct Cells {
  struct Row {
    Place place;
    std::vector<std::string> values;  // in the order of the columns
  };
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

std::size_t index_of(const std::vector<std::string>& columns, const std::string& name) {
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) -
                                  columns.begin());
}

std::optional<Cells> from_csv(const Sources::File& file, Diagnostics& out) {
  const auto lines = parse_csv(file.text, file.path, out);
  if (!lines) return std::nullopt;
  if (lines->empty())
    return out.error({file.path, 1, 1}, "an empty table: the first line names the columns"),
           std::nullopt;
  Cells cells{lines->front().fields, {}};
  for (auto column = cells.columns.begin(); column != cells.columns.end(); ++column) {
    const Place place{file.path, lines->front().line, 1};
    if (column->empty())
      out.error(place, "a column without a name");
    else if (std::find(cells.columns.begin(), column, *column) != column)
      out.error(place, fmt::format("column \"{}\" appears twice", *column));
  }
  for (auto line = lines->begin() + 1; line != lines->end(); ++line) {
    const Place place{file.path, line->line, 1};
    if (line->fields.size() != cells.columns.size()) {
      out.error(place, fmt::format("{} fields in this line, but the table has {} columns",
                                   line->fields.size(), cells.columns.size()));
    } else {
      cells.rows.push_back({place, line->fields});
    }
  }
  return cells;
}

void add_row(const Node& row, Cells& cells, Diagnostics& out) {
  std::vector<std::string> values(cells.columns.size());
  for (const auto& [key, value] : row.members) {
    const auto at = index_of(cells.columns, key.text);
    if (at == cells.columns.size()) {
      cells.columns.push_back(key.text);
      values.emplace_back();
    }
    if (value.is(Kind::null)) continue;
    values[at] = read_text(value, key.text, out).value_or(value.text);
  }
  cells.rows.push_back({row.place, std::move(values)});
}

std::optional<Cells> from_tree(const Sources::File& file, Diagnostics& out) {
  const bool json = file.path.ends_with(".json");
  const auto root =
      json ? parse_json(file.text, file.path, out) : parse_yaml(file.text, file.path, out);
  if (!root) return std::nullopt;
  if (json) check_unique_keys(*root, out);
  if (!root->is(Kind::sequence)) {
    out.error(root->place,
              fmt::format("a table is a list of mappings, one a row, not {}", describe(*root)));
    return std::nullopt;
  }
  Cells cells;
  for (const auto& row : root->items) {
    if (expect_kind(row, Kind::mapping, "row", "a mapping of column names to values", out))
      add_row(row, cells, out);
  }
  for (auto& row : cells.rows) row.values.resize(cells.columns.size());
  return cells;
}

std::optional<Cells> cells_of(const Sources::File& file, Diagnostics& out) {
  return file.path.ends_with(".csv") ? from_csv(file, out) : from_tree(file, out);
}

bool known_ending(const std::string& path) {
  return path.ends_with(".csv") || path.ends_with(".yaml") || path.ends_with(".yml") ||
         path.ends_with(".json");
}

const Sources::File* find_text(const Node& file, const Sources& sources, Diagnostics& out) {
  const auto path = table_path(file.place.file, file.text);
  const auto found = std::find_if(sources.tables.begin(), sources.tables.end(),
                                  [&](const auto& t) { return t.path == path; });
  if (found != sources.tables.end()) return &*found;
  if (!said_already(out, file.place))
    out.error(file.place, fmt::format("cannot read table {}", path));
  return nullptr;
}

std::shared_ptr<const Table> read_one(const Node& name, const Node& entry, const Sources& sources,
                                      Diagnostics& out) {
  if (!expect_kind(entry, Kind::mapping, name.text, "a mapping with \"file\" and \"key\"", out))
    return nullptr;
  const auto where = fmt::format("table \"{}\"", name.text);
  check_keys(entry, {{"file", "key", "replaces"}, {}}, where, out);
  const auto *file = entry.find("file"), *key = entry.find("key");
  if (!file) out.error(name.place, fmt::format("{} names no \"file\"", where));
  if (!key) out.error(name.place, fmt::format("{} names no \"key\" column", where));
  if (!file || !key || !read_string(*file, "file", out) || !read_string(*key, "key", out))
    return nullptr;
  if (!known_ending(file->text)) {
    out.error(file->place,
              fmt::format("\"{}\": a table is a .csv, .yaml, .yml or .json file", file->text));
    return nullptr;
  }
  const auto* text = find_text(*file, sources, out);
  return text ? parse_table(*text, name.text, *key, out) : nullptr;
}

}  // namespace

bool said_already(const Diagnostics& out, const Place& place) {
  const auto all = out.sorted();
  return std::any_of(all.begin(), all.end(), [&](const Diagnostic& said) {
    return said.place.file == place.file && said.place.line == place.line &&
           said.place.column == place.column;
  });
}

std::string table_path(const std::string& rule_file, const std::string& named) {
  return (std::filesystem::path(rule_file).parent_path() / named).lexically_normal().string();
}

std::shared_ptr<const Table> parse_table(const Sources::File& file, const std::string& name,
                                         const Node& key, Diagnostics& out) {
  const auto errors = out.error_count();
  auto cells = cells_of(file, out);
  if (!cells) return nullptr;
  const auto at = index_of(cells->columns, key.text);
  if (at == cells->columns.size()) {
    out.error(key.place, fmt::format("table \"{}\" has no column \"{}\"{}", name, key.text,
                                     did_you_mean(key.text, cells->columns)));
    return nullptr;
  }
  auto table = std::make_shared<Table>();
  std::unordered_map<std::string_view, int> lines;
  for (const auto& row : cells->rows) {
    const auto& value = row.values[at];
    const auto [first, fresh] = lines.try_emplace(value, row.place.line);
    if (value.empty()) {
      out.error(row.place, fmt::format("no value in the key column \"{}\"", key.text));
    } else if (!fresh) {
      out.error(row.place, fmt::format("a second row for {} \"{}\" (first in line {})", key.text,
                                       value, first->second));
    } else {
      table->rows.emplace(value, row.values);
    }
  }
  table->name = name;
  table->columns = std::move(cells->columns);
  return out.error_count() == errors ? table : nullptr;
}

void Tables::read(const Node& tables, const Sources& sources, Diagnostics& out) {
  if (!expect_kind(tables, Kind::mapping, "tables", "a mapping of table names", out)) return;
  for (const auto& [name, entry] : tables.members) {
    const auto* replaces = entry.find("replaces");
    const bool other = replaces && read_bool(*replaces, "replaces", out).value_or(true);
    auto& entries = other ? replacing_ : entries_;
    const auto [first, fresh] = entries.try_emplace(name.text, Entry{name, nullptr});
    if (!fresh) {
      const auto& place = first->second.name.place;
      out.error(
          name.place,
          fmt::format("duplicate table \"{}\" (first at {}:{}:{}){}", name.text, place.file,
                      place.line, place.column,
                      other ? "" : ": to put one in its place, say \"replaces: true\" in it"));
      continue;
    }
    first->second.table = read_one(name, entry, sources, out);
  }
}

void Tables::settle(Diagnostics& out) {
  for (const auto& [name, entry] : replacing_) {
    const auto found = entries_.find(name);
    if (found == entries_.end())
      missing(entry.name, " to replace", out);
    else
      found->second.table = entry.table;
  }
}

std::shared_ptr<const Table> Tables::find(const Node& name, Diagnostics& out) const {
  const auto found = entries_.find(name.text);
  return found != entries_.end() ? found->second.table : missing(name, "", out);
}

std::shared_ptr<const Table> Tables::missing(const Node& name, std::string_view to_do,
                                             Diagnostics& out) const {
  std::vector<std::string> names;
  for (const auto& [known, entry] : entries_) names.push_back(known);
  out.error(name.place, fmt::format("there is no table \"{}\"{}{}", name.text, to_do,
                                    did_you_mean(name.text, names)));
  return nullptr;
}

}  // namespace alarum::rules
