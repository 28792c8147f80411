#include "rules/shared_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "base/template.h"
#include "rules/names.h"

namespace alarum::rules {

void SharedTexts::read(const Node& texts, Diagnostics& out) {
  if (!expect_kind(texts, Node::Kind::mapping, "texts", "a mapping of names to texts", out)) return;
  for (const auto& [name, value] : texts.members) {
    if (!legal_label(name.text)) {
      out.error(name.place, fmt::format("\"{}\" cannot be the name of a text: use letters, digits "
                                        "and _, as in \"{}\"",
                                        name.text, as_label(name.text)));
      continue;
    }
    const auto text = read_text(value, name.text, out);
    entries_[name.text].push_back(std::make_shared<Entry>(value.place, text.value_or("")));
  }
}

void SharedTexts::settle(Diagnostics& out) {
  for (auto& [name, entries] : entries_) {
    for (auto& entry : entries) {
      const auto whole = put_together(*entry, 0);
      if (!whole)
        out.error(entry->place, fmt::format("text \"{}\": {}", name, whole.error().message));
    }
  }
}

// Each text once: those that stand in others first. `above`: how many it stands in at the moment.
Result<std::string> SharedTexts::put_together(Entry& entry, std::size_t above) const {
  if (entry.whole) return *entry.whole;
  if (entry.depth > 0) return fail("no_text", "this text would stand in itself");
  entry.depth = 1;
  const auto parsed =
      Template::parse(entry.text, [&](std::string_view other) -> Result<std::string> {
        const auto found = this->entry(other, entry.place.file);
        if (!found) return std::unexpected(found.error());
        if (above >= kMaxTemplateDepth) return fail("no_text", "too many texts in texts");
        auto whole = put_together(**found, above + 1);
        entry.depth = std::max(entry.depth, (*found)->depth + 1);
        return whole;
      });
  entry.whole = parsed ? Result<std::string>(parsed->text()) : std::unexpected(parsed.error());
  if (entry.depth > kMaxTemplateDepth)
    entry.whole = fail("no_text", fmt::format("texts in texts, deeper than {}", kMaxTemplateDepth));
  return *entry.whole;
}

Result<std::shared_ptr<SharedTexts::Entry>> SharedTexts::entry(std::string_view name,
                                                               const std::string& file) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, entries] : entries_) names.push_back(known);
    return fail("no_text", fmt::format("there is no text \"{}\" under \"texts\"{}", name,
                                       did_you_mean(std::string(name), names)));
  }
  const auto& all = found->second;
  const auto own = std::ranges::find(all, file, [](const auto& one) { return one->place.file; });
  if (own != all.end()) return *own;
  if (all.size() == 1) return all.front();
  return fail("no_text",
              fmt::format("{} and {} both have a text \"{}\": a third file must have its own",
                          all[0]->place.file, all[1]->place.file, name));
}

Result<std::string> SharedTexts::find(std::string_view name, const std::string& file) const {
  const auto found = entry(name, file);
  return found ? *(*found)->whole : std::unexpected(found.error());
}

}  // namespace alarum::rules
