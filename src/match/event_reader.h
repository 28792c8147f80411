#pragma once
#include <array>
#include <string>
#include <vector>

#include "match/field_values.h"
#include "model/event.h"

namespace alarum::match {

/// Reads an event into FieldValues: the same leaves as model::FlatEvent has, but only those whose
/// paths are in a PathTrie, that is, which a pattern reads. The payload is parsed once, and what no
/// pattern reads is checked but not stored.
///
/// A part of a Generation or an AlertReader; it borrows their PathTrie. Immutable; any thread.
class EventReader {
 public:
  /// Paths that the reader itself needs in the trie: those at which vendors put a JSON object into
  /// a string (model::kContentPaths).
  static std::vector<std::string> wanted();

  /// `paths` must outlive it and have all paths already: their slots are looked up here.
  explicit EventReader(const PathTrie& paths);
  /// Adds the leaves of the event. `leaves` were begun with the same paths, and are valid as long
  /// as the event. Payload and extensions must be valid JSON where the event says so; ingest has
  /// checked that.
  void read(const model::Event& event, FieldValues& leaves) const;

 private:
  enum Attribute {
    /// The attributes in the order of kNames in the source file.
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
  // Except `status` and `severity`, which are attributes already in normalised form.
  void read_extensions(const model::Event& event, FieldValues& leaves) const;
  // Opens the first of the `wanted()` strings that is a JSON object, as `content.…`.
  void read_content(FieldValues& leaves) const;

  PathTrie::Node data_, content_;                 // 0: no rule reads anything below
  std::array<std::uint32_t, kAttributes> slots_;  // kNoSlot: no rule reads the attribute
  std::vector<std::uint32_t> content_slots_;
  const PathTrie* paths_;
};

}  // namespace alarum::match
