#include "rules/derivations.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/fields.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

std::shared_ptr<const re2::RE2> read_expression(const Node& node, std::string_view where,
                                                Diagnostics& out) {
  const auto text = read_string(node, "re", out);
  if (!text) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto re = std::make_shared<const re2::RE2>(*text, options);
  if (!re->ok()) {
    out.error(node.place,
              fmt::format("{}: not a regular expression of RE2: {}", where, re->error()));
    return nullptr;
  }
  if (re->NumberOfCapturingGroups() == 0) {
    out.error(node.place,
              fmt::format("{}: the expression has no group: put the part to keep in ( )", where));
    return nullptr;
  }
  return re;
}

void read_extract(const Node& name, const Node& entry, Names& names, Scope& scope,
                  Diagnostics& out) {
  const auto where = fmt::format("extract \"{}\"", name.text);
  if (!expect_kind(entry, Kind::mapping, name.text, "a mapping with \"from\" and \"re\"", out))
    return;
  check_keys(entry, {{"from", "re"}, {}}, where, out);
  const auto *from = entry.find("from"), *re = entry.find("re");
  if (!from) out.error(name.place, where + " names no path: add \"from\"");
  if (!re) out.error(name.place, where + " has no regular expression: add \"re\"");
  Extract extract;
  if (from && read_string(*from, "from", out))
    extract.from = names.resolve(from->text, from->place, out).value_or("");
  if (re) extract.re = read_expression(*re, where, out);
  // Declare the name even if the entry is faulty, so that its uses are not reported as well.
  extract.name = names.declare(name.text, Names::Kind::extracted, name.place, out).value_or("");
  if (extract.re && !extract.from.empty() && !extract.name.empty())
    scope.extracts.push_back(std::move(extract));
}

std::string column_fault(const Table& table, const std::string& column) {
  return fmt::format("table \"{}\" has no column \"{}\"{}", table.name, column,
                     did_you_mean(column, table.columns));
}

// One entry of `add`: `owner`, or `{team: owner}`.
class AddReader {
 public:
  AddReader(const Enrich& enrich, const Scope& scope, Names& names, Diagnostics& out)
      : table_(enrich.table), key_(enrich.key), scope_(scope), names_(names), out_(out) {}

  void read(const Node& node, Enrich& enrich) {
    if (node.is(Kind::mapping)) {
      for (const auto& [name, column] : node.members) {
        if (read_string(column, "add", out_)) add(name, column, enrich);
      }
    } else if (read_string(node, "add", out_)) {
      if (legal_label(node.text)) return add(node, node, enrich);
      out_.error(node.place, fmt::format("\"{}\" is not a name: give one, as in {{{}: {}}}",
                                         node.text, as_label(node.text), node.text));
    }
  }

 private:
  void add(const Node& name, const Node& column, Enrich& enrich) {
    const auto known = names_.made_by_enrich(name.text);
    if (known && makes(*known, column.text)) return;
    const auto leaf = names_.declare(name.text, Names::Kind::enriched, name.place, out_);
    if (!table_) return;
    const auto& columns = table_->columns;
    const auto at = std::find(columns.begin(), columns.end(), column.text);
    if (at == columns.end()) {
      out_.error(column.place, column_fault(*table_, column.text));
    } else if (leaf) {
      enrich.add.emplace_back(*leaf, static_cast<std::size_t>(at - columns.begin()));
    }
  }

  // Two overrides of rules in one file may both add the same enrichment. The second one is no
  // error.
  bool makes(const std::string& leaf, const std::string& column) const {
    return std::ranges::any_of(scope_.enriches, [&](const Enrich& one) {
      const auto same = [&](const auto& pair) {
        return pair.first == leaf && one.table->columns[pair.second] == column;
      };
      return one.table == table_ && one.key == key_ && std::ranges::any_of(one.add, same);
    });
  }

  const std::shared_ptr<const Table> table_;
  const std::string key_;
  const Scope& scope_;
  Names& names_;
  Diagnostics& out_;
};

void read_enrich(const Node& entry, const Tables& tables, Names& names, Scope& scope,
                 Diagnostics& out) {
  if (!expect_kind(entry, Kind::mapping, "enrich", "a list of {table, key, add}", out)) return;
  check_keys(entry, {{"table", "key", "add"}, {}}, "enrich", out);
  for (const auto* key : {"table", "key", "add"}) {
    if (!entry.find(key))
      out.error(entry.place,
                fmt::format("\"{}\" is missing: enrich takes {{table, key, add}}", key));
  }
  Enrich enrich;
  const auto *table = entry.find("table"), *key = entry.find("key"), *add = entry.find("add");
  if (table && read_string(*table, "table", out)) enrich.table = tables.find(*table, out);
  if (key && read_string(*key, "key", out))
    enrich.key = names.resolve(key->text, key->place, out).value_or("");
  if (add) {
    AddReader reader(enrich, scope, names, out);
    if (!add->is(Kind::sequence)) reader.read(*add, enrich);
    for (const auto& item : add->items) reader.read(item, enrich);
  }
  if (enrich.table && !enrich.key.empty() && !enrich.add.empty())
    scope.enriches.push_back(std::move(enrich));
}

}  // namespace

void read_extracts(const Node& node, Names& names, Scope& scope, Diagnostics& out) {
  if (!expect_kind(node, Kind::mapping, "extract", "a mapping of names to {from, re}", out)) return;
  for (const auto& [name, entry] : node.members) read_extract(name, entry, names, scope, out);
}

void read_enriches(const Node& node, const Tables& tables, Names& names, Scope& scope,
                   Diagnostics& out) {
  if (!expect_kind(node, Kind::sequence, "enrich", "a list of {table, key, add}", out)) return;
  for (const auto& entry : node.items) read_enrich(entry, tables, names, scope, out);
}

}  // namespace alarum::rules
