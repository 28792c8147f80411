#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace alarum::model {

/// Places where vendors put a JSON object into a string, best first: the view `content.…` is of the
/// first that is one.
inline constexpr std::array<std::string_view, 4> kContentPaths{
    "data.content", "data.detail.content", "data.EventContent",
    "data.template_variable.EventContent"};

enum class LeafKind : std::uint8_t { null, boolean, number, string };

/// One step of a leaf into an array: which array of the event (numbered in document order), which
/// element. A scalar that is itself an element takes no step for that array: `{"a":["x",{"b":1}]}`
/// leaves `a`="x" free to go with `a.b`=1, as EventBridge does.
struct ArrayStep {
  std::uint32_t array = 0;
  std::uint32_t element = 0;
};

/// A scalar of the event. `path` is the member names joined by dots; arrays do not show in it
/// (EventBridge flattens them).
struct Leaf {
  std::string_view path;
  LeafKind kind = LeafKind::null;
  std::string_view text;  ///< strings decoded; numbers and booleans as they were written; "null"
  std::uint32_t steps_at = 0, steps = 0;  ///< its array steps, outermost first
};

/// The leaves of an event, by path: what patterns, `by`, `extract` and templates read.
///
/// Attributes are leaves of their own name (`id source type subject time datacontenttype
/// dataschema`, extensions by name, `status`, `severity`, `sender`, `format`; empty ones are
/// absent; time as RFC 3339), the payload stands under `data.…` (a text payload is the leaf `data`;
/// a binary one is absent). Where a vendor put a JSON object into a string (data.content,
/// data.detail.content, data.EventContent, data.template_variable.EventContent: the first that is
/// one), its members stand under `content.…` too. A duplicate key adds leaves: every value counts.
/// What has a path of more than 1024 bytes (as its names are written) is no leaf.
class FlatEvent {
 public:
  static FlatEvent of(const Event& event);
  /// Some leaves of an event, which somebody else read: ordered by path, then as they stand in the
  /// document. Texts are copied, but for those that stand in `lasting`, which outlives it. `asked`:
  /// the paths that were looked for, sorted, which outlive it; no other is to be asked for but
  /// those that are added.
  static FlatEvent of(std::vector<Leaf> leaves, std::span<const ArrayStep> steps,
                      std::span<const std::string> asked, std::string_view lasting = {});
  /// Any JSON object as it stands, for `alarum match`. Errors of check_json, or `not_an_object`.
  static Result<FlatEvent> of_json(std::string_view text);

  /// Adds what `extract` and `enrich` made, under its own name.
  void add(std::string_view path, LeafKind kind, std::string_view text);

  /// Its only leaf is this one.
  void set(std::string_view path, LeafKind kind, std::string_view text);

  /// All leaves of a path, in document order.
  std::span<const Leaf> at(std::string_view path) const;
  /// All leaves whose path begins with `prefix`, ordered by path.
  std::span<const Leaf> under(std::string_view prefix) const;
  std::span<const ArrayStep> steps(const Leaf& leaf) const {
    return {steps_.data() + leaf.steps_at, leaf.steps};
  }

 private:
  friend class FlatEventBuilder;
  FlatEvent();
  bool may_ask_for(std::string_view path) const;

  struct Texts;  // owns what the leaves' views point into
  std::shared_ptr<Texts> texts_;
  std::vector<Leaf> leaves_;  // ordered by path, then as they stand in the document
  std::vector<ArrayStep> steps_;
  std::span<const std::string> asked_;  // empty: all paths were
};

}  // namespace alarum::model
