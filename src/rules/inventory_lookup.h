#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "rules/inventory.h"

namespace alarum::rules {

/// What the inventory says about one event. It is made for one event on the stack; results are
/// views into the event and the inventory.
///
/// `Texts` gives access to the event: texts(i, visit) calls visit(text) for each value that the
/// event has at reads()[i], in order, until visit returns true. So the same code works on a
/// FlatEvent and on the index's FieldValues.
///
/// - The keys are tried in their order until one finds a row: one hash look-up each.
/// - An event that stands for an alert (format `internal`) says itself what was known when the
///   alert fired: its labels and annotations take precedence over the file.
/// - An alert may carry several inventory labels; at most 8 of them that lead to a row are used.
template <class Texts>
class InventoryLookup {
 public:
  InventoryLookup(const Inventory& inventory, const Texts& texts)
      : inventory_(inventory), texts_(texts) {
    internal_ = first(Inventory::kFormat) == "internal";
    if (internal_) find_by_labels();
    if (count_ == 0) find_by_keys();
  }

  /// Whether a row was found, or the event is an alert and so knows itself.
  bool found() const { return internal_ || count_ > 0; }

  /// The value of a name for rules to read. If the file has none, the event's own field of that
  /// name is used, and for `server` at last the subject or source. nullopt if there is none at all.
  std::optional<std::string_view> value(const Inventory::Name& name) const {
    if (internal_) {
      if (const auto said = own(name)) return said;
    }
    if (const auto cell = of_rows(name)) return cell;
    if (!internal_) {
      if (const auto said = first(name.own)) return said;
    }
    return &name == &inventory_.server() ? reporter() : std::nullopt;
  }
  /// The value that is put on an alert. Unlike value() it never takes a field that the event alone
  /// has.
  std::optional<std::string_view> known(const Inventory::Name& name) const {
    if (internal_) {
      if (const auto said = own(name)) return said;
    }
    return of_rows(name);
  }

 private:
  struct Found {
    InventoryRows::Row row = InventoryRows::kNone;
    bool of_several = false;  // the row is of a shared key: it does not tell the server
  };

  std::optional<std::string_view> first(std::size_t path) const {
    std::optional<std::string_view> out;
    texts_(path, [&](std::string_view text) { return text.empty() ? false : (out = text, true); });
    return out;
  }
  std::optional<std::string_view> own(const Inventory::Name& name) const {
    const auto label = first(name.own);
    return label ? label : first(name.annotation);
  }
  std::optional<std::string_view> of_rows(const Inventory::Name& name) const {
    if (name.column == Inventory::kNoColumn) return std::nullopt;
    for (std::size_t i = 0; i < count_; ++i) {
      if (found_[i].of_several && &name == &inventory_.server()) continue;
      if (const auto text = inventory_.rows().cell(found_[i].row, name.column); !text.empty())
        return text;
    }
    return std::nullopt;
  }

  void find_by_keys() {
    for (const auto& key : inventory_.keys()) {
      texts_(key.path, [&](std::string_view text) {
        const auto row = inventory_.rows().find(key.index, text);
        if (row == InventoryRows::kNone) return false;
        found_[count_++] = {row, key.shared};
        return true;
      });
      if (count_ > 0) return;
    }
    if (inventory_.rows().has_several()) find_by_all_keys();
  }
  // If several rows have the value of each key, but one row alone has all these values, it is the
  // one.
  void find_by_all_keys() {
    std::array<InventoryRows::Row, InventoryRows::kMostSeveral> left{};
    std::size_t size = 0;
    bool begun = false;
    for (const auto& key : inventory_.keys()) {
      texts_(key.path, [&](std::string_view text) {
        const auto rows = inventory_.rows().several(key.index, text);
        if (rows.empty()) return false;
        if (!begun)
          size = static_cast<std::size_t>(std::ranges::copy(rows, left.begin()).out - left.begin());
        else
          size = static_cast<std::size_t>(
              std::remove_if(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size),
                             [&](auto row) { return std::ranges::find(rows, row) == rows.end(); }) -
              left.begin());
        begun = true;
        return true;
      });
    }
    if (size == 1) found_[count_++] = {left[0], false};
  }
  void find_by_labels() {
    for (const auto& key : inventory_.label_keys()) {
      const auto label = first(inventory_.names()[key.name].own);
      const auto row = label ? inventory_.rows().find(key.index, *label) : InventoryRows::kNone;
      if (row != InventoryRows::kNone && count_ < found_.size())
        found_[count_++] = {row, key.name != 0};
    }
  }
  // The server's name if the inventory does not know it: the subject, or else the source. A subject
  // that is a path of a Redfish service is the same in every server and tells nothing.
  std::optional<std::string_view> reporter() const {
    if (const auto subject = first(Inventory::kSubject); subject && !subject->starts_with('/'))
      return subject;
    const auto source = first(Inventory::kSource);
    if (internal_ && (!source || source == "alarum")) return first(Inventory::kLabelsSource);
    return source;
  }

  const Inventory& inventory_;
  const Texts& texts_;
  bool internal_ = false;
  std::array<Found, 9> found_;  // one for the server, and for each label (8 at most)
  std::size_t count_ = 0;
};

}  // namespace alarum::rules
