#pragma once
#include <array>
#include <string>
#include <vector>

#include "match/field_values.h"
#include "model/event.h"

namespace alarum::match {

/// Reads an event's leaves for an index: the same leaves as model::FlatEvent has, but only those
/// whose paths somebody reads. Immutable.
class EventReader {
 public:
  /// Paths that the reader itself has to see: where vendors put a JSON object into a string.
  static std::vector<std::string> wanted();

  explicit EventReader(const PathTrie& paths);
  /// `leaves` were begun with the same paths; they live as long as the event.
  void read(const model::Event& event, FieldValues& leaves) const;

 private:
  enum Attribute {
    kId,
    kSource,
    kType,
    kSubject,
    kContentType,
    kSchema,
    kSender,
    kFormat,
    kStatus,
    kSeverity,
    kTime,
    kData,
    kAttributes
  };
  void read_attributes(const model::Event& event, FieldValues& leaves) const;
  void read_extensions(const model::Event& event, FieldValues& leaves) const;
  void read_content(FieldValues& leaves) const;

  PathTrie::Node data_, content_;
  std::array<std::uint32_t, kAttributes> slots_;
  std::vector<std::uint32_t> content_slots_;
  const PathTrie* paths_;
};

}  // namespace alarum::match
