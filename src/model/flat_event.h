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

/// Paths at which vendors put a JSON object into a string, in the order in which they are tried.
/// The first that is an object also appears as `content.…`.
inline constexpr std::array<std::string_view, 4> kContentPaths{
    "data.content", "data.detail.content", "data.EventContent",
    "data.template_variable.EventContent"};

/// The type of a leaf. The order is that of JsonType (base/json_scan.h), from which it is cast.
enum class LeafKind : std::uint8_t { null, boolean, number, string };

/// One step of a leaf into an array: which array of the event (numbered in document order), which
/// element. A scalar that is itself an element takes no step for that array: `{"a":["x",{"b":1}]}`
/// leaves `a`="x" free to go with `a.b`=1, as EventBridge does.
struct ArrayStep {
  std::uint32_t array = 0;
  std::uint32_t element = 0;
};

/// A scalar of the event. `path` is the names that lead to it, joined by dots; arrays leave no
/// trace in the path, because EventBridge flattens them.
struct Leaf {
  std::string_view path;
  LeafKind kind = LeafKind::null;
  std::string_view text;  ///< strings decoded; numbers and booleans as they were written; "null"
  std::uint32_t steps_at = 0, steps = 0;  ///< its array steps, outermost first
};

/// All scalars of an event as leaves with paths: what patterns, `by`, `extract` and templates read.
///
/// - An attribute is a leaf of its own name: `id source type subject time datacontenttype
///   dataschema status severity sender format`, and extensions by name. An empty attribute is
///   absent. `time` is an RFC 3339 text.
/// - The payload is under `data.…`. A text payload is the leaf `data`; a binary one is absent.
/// - If a vendor put a JSON object into a string (kContentPaths), its members are under `content.…`
///   too.
/// - A duplicate key gives two leaves, and both values count.
/// - A path of more than 1,024 bytes (names as written) has no leaf, so that a hostile event cannot
///   take memory out of proportion to its size.
///
/// It owns copies of its texts, except where of() says otherwise. Copies share them. Reading is
/// safe on any thread; add() and set() are not.
class FlatEvent {
 public:
  /// All leaves of an event, in one pass over its payload. The event is not needed afterwards.
  /// Payload and extensions must be valid JSON where the event says so; ingest has checked that.
  static FlatEvent of(const Event& event);
  /// Leaves that a reader of selected paths found (match/alert_reader.h), ordered by path, then as
  /// in the document.
  /// - `asked`: the sorted paths that were looked for; it must outlive the result. Asking for
  ///   another path is a bug (an assertion), unless add() added it.
  /// - `lasting`: memory that outlives the result. Texts outside of it are copied.
  static FlatEvent of(std::vector<Leaf> leaves, std::span<const ArrayStep> steps,
                      std::span<const std::string> asked, std::string_view lasting = {});
  /// Any JSON object as it is, for `alarum match`: its members have no prefix. Errors: those of
  /// check_json(), or `not_an_object`.
  static Result<FlatEvent> of_json(std::string_view text);

  /// Adds a leaf that `extract`, `enrich` or the inventory made. The texts are copied. Linear in
  /// the number of leaves.
  void add(std::string_view path, LeafKind kind, std::string_view text);

  /// Replaces all leaves of a path by this one.
  void set(std::string_view path, LeafKind kind, std::string_view text);

  /// All leaves of a path in document order; empty if there are none. Logarithmic. The span is
  /// valid until the next add() or set().
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
  std::span<const std::string> asked_;  // empty: every path may be asked for
};

}  // namespace alarum::model
