#include "match/event_reader.h"

namespace alarum::match {
namespace {

using model::LeafKind;

constexpr std::array<std::string_view, 12> kNames{
    "id",     "source",   "type", "subject", "datacontenttype", "dataschema", "sender", "format",
    "status", "severity", "time", "data"};

}  // namespace

std::vector<std::string> EventReader::wanted() {
  return {model::kContentPaths.begin(), model::kContentPaths.end()};
}

EventReader::EventReader(const PathTrie& paths)
    : data_(paths.child(PathTrie::kRoot, "data")),
      content_(paths.child(PathTrie::kRoot, "content")),
      paths_(&paths) {
  for (std::size_t i = 0; i < kNames.size(); ++i) slots_[i] = paths.find(kNames[i]);
  for (const auto path : model::kContentPaths) content_slots_.push_back(paths.find(path));
}

void EventReader::read(const model::Event& event, FieldValues& leaves) const {
  read_attributes(event, leaves);
  read_extensions(event, leaves);
  if (event.data_kind() == model::DataKind::json && data_ != 0) leaves.read(event.data(), data_);
  if (event.data_kind() == model::DataKind::text && slots_[kData] != PathTrie::kNoSlot)
    leaves.add(slots_[kData], LeafKind::string, event.data());
  if (content_ != 0) read_content(leaves);
}

void EventReader::read_attributes(const model::Event& event, FieldValues& leaves) const {
  const auto add = [&](Attribute attribute, std::string_view text) {
    if (slots_[attribute] != PathTrie::kNoSlot && !text.empty())
      leaves.add(slots_[attribute], LeafKind::string, text);
  };
  add(kId, event.id());
  add(kSource, event.source());
  add(kType, event.type());
  add(kSubject, event.subject());
  add(kContentType, event.datacontenttype());
  add(kSchema, event.dataschema());
  add(kSender, event.sender());
  add(kFormat, to_text(event.format()));
  add(kStatus, to_text(event.status()));
  add(kSeverity, to_text(event.severity()));
  if (slots_[kTime] != PathTrie::kNoSlot && event.time())
    add(kTime, leaves.keep(format_rfc3339(*event.time())));
}

void EventReader::read_extensions(const model::Event& event, FieldValues& leaves) const {
  for (const auto& [name, value] : event.extensions()) {
    const auto node = paths_->child(PathTrie::kRoot, name);
    if (node != 0 && !model::is_reserved_extension(name)) leaves.read(value, node);
  }
}

void EventReader::read_content(FieldValues& leaves) const {
  for (const auto slot : content_slots_) {
    const auto* found = leaves.find(slot);
    if (!found) continue;
    const auto leaf = leaves.entry(found->first).leaf;
    const auto first = leaf.text.find_first_not_of(" \t\r\n");
    if (leaf.kind != LeafKind::string || first == std::string_view::npos ||
        leaf.text[first] != '{' || !check_json(leaf.text))
      continue;
    leaves.read(leaf.text, content_, true);
    return;
  }
}

}  // namespace alarum::match
