#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

/// A value of a JSON text, as it stands there.
struct JsonValue {
  JsonKind kind = JsonKind::null;
  std::string_view raw;     ///< its bytes in the text
  std::string_view text;    ///< of a string: decoded; else `raw`
  std::uint32_t token = 0;  ///< of its JsonText: where it begins
};

/// Items of one body. 8 MiB may hold millions of them, each of which costs a hundred bytes and an
/// answer.
constexpr std::size_t kMostItems = 100'000;

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

/// A checked JSON text that can be taken apart level by level. It is read once: its tokens are
/// found and its grammar checked in one pass, walks go along the tokens. Nothing is copied but
/// strings that have escapes: views point into the text that was given, which must outlive them, or
/// live as long as this. One thread at a time.
class JsonText {
 public:
  /// Errors of check_json.
  static Result<JsonText> parse(std::string_view text);
  JsonText(JsonText&&) noexcept;
  JsonText& operator=(JsonText&&) noexcept;
  ~JsonText();

  const JsonValue& root() const { return root_; }
  /// The members of an object that is the root or a part of it, in order; none of anything else.
  std::vector<JsonMember> members(const JsonValue& object);
  /// The same in a vector that is used again.
  void members(const JsonValue& object, std::vector<JsonMember>& out);
  /// The elements of an array; of a longer one the first kMostItems + 1.
  std::vector<JsonValue> elements(const JsonValue& array);

 private:
  struct Body;
  struct Recycle {
    void operator()(Body* body) const;
  };
  explicit JsonText(std::unique_ptr<Body, Recycle> body);
  std::unique_ptr<Body, Recycle> body_;
  JsonValue root_;
};

}  // namespace alarum::ingest
