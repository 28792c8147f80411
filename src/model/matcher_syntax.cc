// The two grammars of Alertmanager's matchers: matcher/parse (UTF-8) and pkg/labels (classic).
#include <optional>

#include "base/percent.h"
#include "base/utf8.h"
#include "model/matcher.h"

namespace alarum::model {
namespace {

constexpr std::string_view kReserved = "{}!=~,\\\"'`";

std::size_t runes(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

// The length of the white space character at the beginning, as Go's unicode.IsSpace has it; 0 if
// there is none.
std::size_t space_at(std::string_view text) {
  const auto c = static_cast<unsigned char>(text[0]);
  if ((c >= 9 && c <= 13) || c == ' ') return 1;
  for (const std::string_view wide :
       {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
        "\xE2\x81\x9F", "\xE3\x80\x80"}) {
    if (text.starts_with(wide)) return wide.size();
  }
  const bool quad = text.starts_with("\xE2\x80") && text.size() > 2 &&
                    static_cast<unsigned char>(text[2]) >= 0x80 &&
                    static_cast<unsigned char>(text[2]) <= 0x8A;
  return quad ? 3 : 0;
}

struct Token {
  enum class Kind { end, open, close, comma, op, quoted, unquoted, invalid };
  Kind kind = Kind::end;
  std::string_view text;
  std::size_t start = 0, end = 0;  // columns, in code points
  std::string where() const { return std::to_string(start) + ':' + std::to_string(end) + ": "; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size()) {
      const auto space = space_at(text_.substr(at_));
      if (space == 0) break;
      at_ += space;
    }
    if (at_ == text_.size()) {
      const auto column = runes(text_);
      return {Token::Kind::end, "", column > 0 ? column - 1 : 0, column};
    }
    switch (text_[at_]) {
      case '{':
        return take(Token::Kind::open, 1);
      case '}':
        return take(Token::Kind::close, 1);
      case ',':
        return take(Token::Kind::comma, 1);
      case '=':
        return take(Token::Kind::op, peek(1) == '~' ? 2 : 1);
      case '!':
        return peek(1) == '=' || peek(1) == '~' ? take(Token::Kind::op, 2)
                                                : take(Token::Kind::invalid, 1);
      case '"':
        return quoted();
      default:
        return unquoted();
    }
  }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Token take(Token::Kind kind, std::size_t size) {
    const auto start = runes(text_.substr(0, at_));
    const auto part = text_.substr(at_, size);
    at_ += size;
    return {kind, part, start, start + runes(part)};
  }

  Token quoted() {
    std::size_t size = 1;
    for (bool escaped = false; at_ + size < text_.size(); ++size) {
      const char c = text_[at_ + size];
      if (c == '"' && !escaped) return take(Token::Kind::quoted, size + 1);
      escaped = c == '\\' && !escaped;
    }
    return take(Token::Kind::invalid, size);
  }

  Token unquoted() {
    std::size_t size = 0;
    while (at_ + size < text_.size() &&
           kReserved.find(text_[at_ + size]) == std::string_view::npos &&
           space_at(text_.substr(at_ + size)) == 0)
      ++size;
    return size == 0 ? take(Token::Kind::invalid, 1) : take(Token::Kind::unquoted, size);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// A number of exactly `count` digits.
std::optional<char32_t> number(std::string_view digits, std::size_t count, int base) {
  if (digits.size() < count) return std::nullopt;
  char32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = hex_digit(digits[i]);
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
  }
  return value;
}

// Reads one escape of a Go string literal; `text` begins behind the backslash. Returns how many
// bytes it took, or 0 if it is no escape.
std::size_t unescape(std::string_view text, std::string& out) {
  constexpr std::string_view kPlain = "abfnrtv\\\"", kMeaning = "\a\b\f\n\r\t\v\\\"";
  if (text.empty()) return 0;
  if (const auto plain = kPlain.find(text[0]); plain != std::string_view::npos)
    return out += kMeaning[plain], 1;
  if (text[0] >= '0' && text[0] <= '7') {
    const auto value = number(text, 3, 8);
    if (!value || *value > 255) return 0;
    return out += static_cast<char>(*value), 3;
  }
  if (text[0] == 'x') {
    const auto value = number(text.substr(1), 2, 16);
    if (!value) return 0;
    return out += static_cast<char>(*value), 3;
  }
  const std::size_t digits = text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
  const auto value = digits ? number(text.substr(1), digits, 16) : std::nullopt;
  if (!value || *value > 0x10FFFF || (*value >= 0xD800 && *value < 0xE000)) return 0;
  append_utf8(out, *value);
  return digits + 1;
}

// Go's strconv.Unquote for a double-quoted string. The result must also be UTF-8.
std::optional<std::string> unquote(std::string_view quoted) {
  auto rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  while (!rest.empty()) {
    if (rest[0] == '\n') return std::nullopt;
    std::size_t used = 1;
    if (rest[0] != '\\') {
      out += rest[0];
    } else {
      used = unescape(rest.substr(1), out);
      if (used++ == 0) return std::nullopt;
    }
    rest.remove_prefix(used);
  }
  return valid_utf8_prefix(out) == out.size() ? std::optional(out) : std::nullopt;
}

class Utf8Parser {
 public:
  explicit Utf8Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  Result<Matchers> parse() {
    const bool braces = token_.kind == Kind::open;
    if (braces) advance();
    Matchers out;
    while (token_.kind != Kind::end && token_.kind != Kind::close) {
      auto matcher = one();
      if (!matcher) return std::unexpected(matcher.error());
      out.push_back(std::move(*matcher));
      if (token_.kind == Kind::comma) {
        advance();
      } else if (token_.kind != Kind::end && token_.kind != Kind::close) {
        return unexpected(braces ? "expected a comma or close brace" : "expected a comma");
      }
    }
    if (braces && token_.kind != Kind::close) return unexpected("expected close brace");
    if (!braces && token_.kind == Kind::close)
      return fail("bad_matcher", token_.where() + "}: expected opening brace");
    if (token_.kind == Kind::close) advance();
    if (token_.kind != Kind::end) return unexpected("expected end of input");
    return out;
  }

 private:
  using Kind = Token::Kind;
  void advance() { token_ = lexer_.next(); }

  std::unexpected<Error> unexpected(const std::string& expected) const {
    if (token_.kind == Kind::end)
      return fail("bad_matcher", token_.where() + "end of input: " + expected);
    if (token_.kind == Kind::invalid)
      return fail("bad_matcher",
                  token_.where() + std::string(token_.text) + ": invalid input: " + expected);
    return fail("bad_matcher",
                token_.where() + "unexpected " + std::string(token_.text) + ": " + expected);
  }

  Result<std::string> word(const char* what) {
    if (token_.kind != Kind::quoted && token_.kind != Kind::unquoted) return unexpected(what);
    auto text = token_.kind == Kind::quoted ? unquote(token_.text)
                                            : std::optional(std::string(token_.text));
    if (!text)
      return fail("bad_matcher", token_.where() + std::string(token_.text) + ": invalid input");
    advance();
    return std::move(*text);
  }

  Result<Matcher> one() {
    auto name = word("expected label name");
    if (!name) return std::unexpected(name.error());
    if (token_.kind != Kind::op)
      return unexpected("expected an operator such as '=', '!=', '=~' or '!~'");
    const auto op = token_.text == "="    ? Matcher::Op::equal
                    : token_.text == "!=" ? Matcher::Op::not_equal
                    : token_.text == "=~" ? Matcher::Op::regex
                                          : Matcher::Op::not_regex;
    advance();
    auto value = word("expected label value");
    if (!value) return std::unexpected(value.error());
    return Matcher::make(std::move(*name), op, std::move(*value));
  }

  Lexer lexer_;
  Token token_;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && space_at(text) > 0) text.remove_prefix(space_at(text));
  while (!text.empty() && (text.back() == ' ' || (text.back() >= 9 && text.back() <= 13)))
    text.remove_suffix(1);
  return text;
}

// The value behind the operator, without its quotes and escapes.
Result<std::string> classic_value(std::string_view raw) {
  const auto broken = [&] {
    return fail("bad_matcher",
                "matcher value contains unescaped double quote: " + std::string(raw));
  };
  const bool quoted = raw.starts_with('"');
  const auto body = quoted ? raw.substr(1) : raw;
  bool open = quoted;
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool last = i + 1 == body.size();
    if (body[i] == '\\' && !last) {
      const char next = body[++i];
      if (next == 'n')
        out += '\n';
      else if (next == '"' || next == '\\')
        out += next;
      else
        out += '\\', out += next;
    } else if (body[i] == '"') {
      if (!open || !last) return broken();
      open = false;
    } else {
      out += body[i];
    }
  }
  if (open) return broken();
  return out;
}

Result<Matcher> classic_one(std::string_view token) {
  const auto text = trimmed(token);
  std::size_t end = 0;
  while (end < text.size() && is_classic_name(text.substr(0, end + 1))) ++end;
  auto rest = trimmed(text.substr(end));
  std::optional<Matcher::Op> op;
  std::size_t size = 2;
  if (rest.starts_with("=~"))
    op = Matcher::Op::regex;
  else if (rest.starts_with("!~"))
    op = Matcher::Op::not_regex;
  else if (rest.starts_with("!="))
    op = Matcher::Op::not_equal;
  else if (rest.starts_with("="))
    op = Matcher::Op::equal, size = 1;
  if (end == 0 || !op) return fail("bad_matcher", "bad matcher format: " + std::string(token));
  auto value = classic_value(trimmed(rest.substr(size)));
  if (!value) return std::unexpected(value.error());
  return Matcher::make(std::string(text.substr(0, end)), *op, std::move(*value));
}

}  // namespace

Result<Matchers> parse_matchers_utf8(std::string_view text) {
  if (valid_utf8_prefix(text) != text.size())
    return fail("bad_matcher", "a matcher is not valid UTF-8");
  return Utf8Parser(text).parse();
}

Result<Matchers> parse_matchers_classic(std::string_view text) {
  if (text.starts_with('{')) text.remove_prefix(1);
  if (text.ends_with('}')) text.remove_suffix(1);
  Matchers out;
  const auto add = [&](std::string_view token) -> Result<void> {
    auto one = classic_one(token);
    if (!one) return std::unexpected(one.error());
    out.push_back(std::move(*one));
    return {};
  };
  std::size_t begin = 0;
  bool quoted = false, escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && !quoted) {
      if (auto fine = add(text.substr(begin, i - begin)); !fine)
        return std::unexpected(fine.error());
      begin = i + 1;
      continue;
    }
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = c == '\\' && !escaped;
  }
  if (!trimmed(text.substr(begin)).empty()) {
    if (auto fine = add(text.substr(begin)); !fine) return std::unexpected(fine.error());
  }
  return out;
}

Result<Matchers> parse_matchers(std::string_view text) {
  auto modern = parse_matchers_utf8(text);
  auto classic = parse_matchers_classic(text);
  if (!classic) return modern;
  if (!modern || !(*modern == *classic)) return classic;
  return modern;
}

Result<Matcher> parse_matcher(std::string_view text) {
  if (trimmed(text).empty()) return fail("bad_matcher", "it is empty; write name=\"value\"");
  if (text.starts_with('{') || text.ends_with('}'))
    return fail("bad_matcher", "unexpected open or close brace: " + std::string(text));
  auto modern = parse_matchers_utf8(text);
  auto classic = classic_one(text);
  const bool both = classic && modern && modern->size() == 1;
  if (classic && !(both && modern->front() == *classic)) return classic;
  if (!modern || modern->size() != 1) return classic;
  return std::move(modern->front());
}

}  // namespace alarum::model
