#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

/// A value of a JSON text (RFC 8259). Its views are valid as long as the text and its JsonText.
struct JsonValue {
  JsonKind kind = JsonKind::null;
  std::string_view raw;     ///< its bytes in the text
  std::string_view text;    ///< of a string: without quotes and escapes; otherwise `raw`
  std::uint32_t token = 0;  ///< the index of its first token in the JsonText
};

/// Items of one body that are decoded at most. 8 MiB may hold millions, and each costs about a
/// hundred bytes and a line of the answer.
constexpr std::size_t kMostItems = 100'000;

/// A name and a value of an object. The name is without quotes and escapes.
struct JsonMember {
  std::string_view name;
  JsonValue value;
};

/// A JSON text that was checked (RFC 8259, UTF-8, depth) and can be walked level by level. One pass
/// finds the tokens and checks the grammar; a walk then goes along the tokens and skips nested
/// values at once. Only strings with escapes are copied. All views point into the text that was
/// given, which must outlive this object, or into this object. One thread at a time.
///
/// Each thread keeps two emptied bodies for reuse, so that a small text costs no allocation.
class JsonText {
 public:
  /// Errors of check_json: `bad_json`, `bad_utf8`, `too_deep`, with line and column.
  static Result<JsonText> parse(std::string_view text);
  JsonText(JsonText&&) noexcept;
  JsonText& operator=(JsonText&&) noexcept;
  ~JsonText();

  const JsonValue& root() const { return root_; }
  /// The members of an object in their order, also those whose name occurs twice. `object` must be
  /// the root or a value that this JsonText returned. Empty if it is no object.
  std::vector<JsonMember> members(const JsonValue& object);
  /// The same into `out`, whose memory is reused.
  void members(const JsonValue& object, std::vector<JsonMember>& out);
  /// The elements of an array; of a longer one the first kMostItems + 1. Empty if it is no array.
  std::vector<JsonValue> elements(const JsonValue& array);

 private:
  struct Body;
  // Returns the body to the thread's spare ones instead of deleting it.
  struct Recycle {
    void operator()(Body* body) const;
  };
  explicit JsonText(std::unique_ptr<Body, Recycle> body);
  std::unique_ptr<Body, Recycle> body_;
  JsonValue root_;
};

}  // namespace alarum::ingest
