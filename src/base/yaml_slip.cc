#include "base/yaml_slip.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "base/ascii.h"

namespace alarum {
namespace {

// The line of a form that the scanner does not understand. It is behind every `last_line`, so the
// fault is not reported.
constexpr int kUnread = 1 << 30;
constexpr auto kNone = std::string_view::npos;

struct Slip {
  YamlFault fault;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Reads the text block by block as its author meant it, and stops at the first thing that is not
// YAML. Positions are offsets in bytes.
class SlipScanner {
 public:
  explicit SlipScanner(const YamlLines& lines) : lines_(lines), text_(lines.text()) {}

  std::optional<YamlFault> scan() {
    try {
      while (at_ < text_.size()) line();
    } catch (Slip& slip) {
      return std::move(slip.fault);
    }
    return std::nullopt;
  }

 private:
  struct Block {
    int column;
    bool sequence;
  };
  // A plain value on the last line, which may continue on the next one.
  struct Plain {
    int parent = 0;  // column of its block; 0: no plain value
    int line = 0, column = 0;
    std::string_view word;
  };
  struct Bracket {
    std::size_t at;
    bool colon;  // of a mapping: the current entry has its colon already
  };

  [[noreturn]] void fail_at(std::size_t at, std::string message) const {
    throw Slip{{lines_.line_of(at), lines_.column_of(at), std::move(message)}};
  }
  int column(std::size_t at) const { return lines_.column_of(at); }
  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\n'; }
  bool ends_line(std::size_t at) const {
    return at >= text_.size() || text_[at] == '\n' || text_[at] == '\r';
  }
  bool ends_word(std::size_t at) const { return ends_line(at) || is_blank(text_[at]); }
  bool comment(std::size_t at) const {
    return peek(at) == '#' && (at == 0 || is_blank(text_[at - 1]) || text_[at - 1] == '\n');
  }
  std::size_t line_end(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size());
  }
  std::size_t skip_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }
  void next_line() { at_ = std::min(line_end(at_) + 1, text_.size()); }

  void line() {
    const auto begin = skip_blanks(at_);
    if (ends_line(begin) || peek(begin) == '#') return next_line();
    if (marker(begin)) {
      blocks_.clear();
      plain_ = {};
      return next_line();
    }
    if (plain_line(begin)) return more_plain(begin);
    check_tab(begin);
    check_blank(begin);
    plain_ = {};
    find_block(begin);
    entry(begin);
  }

  void check_tab(std::size_t begin) const {
    const auto tab = text_.substr(at_, begin - at_).find('\t');
    if (tab != kNone) fail_at(at_ + tab, "a tab in the indentation: YAML takes blanks only");
  }

  // U+00A0 and U+3000 come with texts that are copied from web pages and word processors.
  void check_blank(std::size_t begin) const {
    const auto text = text_.substr(begin);
    if (text.starts_with("\xC2\xA0") || text.starts_with("\xE3\x80\x80"))
      fail_at(begin,
              "the indentation has a blank that YAML does not take as one (a no-break or wide "
              "space): write plain blanks");
  }

  bool marker(std::size_t at) const {
    const auto start = text_.substr(at, 3);
    return column(at) == 1 &&
           ((start == "---" && ends_line(skip_blanks(at + 3))) ||
            (start == "..." && ends_line(skip_blanks(at + 3))) || peek(at) == '%');
  }

  // A plain text continues on lines that are indented further than its key.
  bool plain_line(std::size_t at) const { return plain_.parent > 0 && column(at) > plain_.parent; }

  void more_plain(std::size_t begin) {
    const auto text = text_.substr(begin, line_end(begin) - begin);
    const bool beside = column(begin) == plain_.column && plain_.word.find(' ') == kNone;
    if (looks_like_keys(trimmed(text, " \t\r")) && beside)
      throw Slip{{plain_.line, plain_.column, no_colon(plain_.word)}};
    if (!looks_like_entry(trimmed(text, " \t\r"))) return next_line();
    check_tab(begin);
    fail_at(begin, fmt::format("wrong indentation: {} stands further right than line {}, to whose "
                               "text it would belong",
                               shown_line(text), plain_.line));
  }

  void find_block(std::size_t begin) {
    const int here = column(begin);
    const bool dash = peek(begin) == '-' && ends_word(begin + 1);
    std::vector<int> columns;
    for (const auto& block : blocks_) {
      if (columns.empty() || columns.back() != block.column) columns.push_back(block.column);
    }
    const bool item =
        !blocks_.empty() && blocks_.front().sequence && blocks_.front().column == here;
    const bool deeper = blocks_.empty() || here > blocks_.back().column;
    while (!blocks_.empty() && blocks_.back().column > here) blocks_.pop_back();
    if (!dash && !blocks_.empty() && blocks_.back().sequence && blocks_.back().column == here)
      blocks_.pop_back();
    const bool fits = !blocks_.empty() && blocks_.back().column == here &&
                      (blocks_.back().sequence == dash || (dash && value_open_));
    if (fits || (deeper && (blocks_.empty() || value_open_))) return;
    if (deeper)
      fail_at(begin,
              fmt::format("wrong indentation: this line (column {}) stands further right than the "
                          "one that it follows (column {}), which has its value already",
                          here, columns.back()));
    if (dash && !blocks_.empty() && blocks_.back().column == here)
      fail_at(begin,
              "an item of a list (\"- \") where a key is needed: the key before it has its value "
              "already");
    if (item && blocks_.empty())
      fail_at(begin,
              "a line without \"- \" among the items of a list: move it right to the item that it "
              "belongs to");
    fail_at(begin, fmt::format("wrong indentation: column {} fits none of the blocks around it, "
                               "which stand in column{} {}",
                               here, columns.size() == 1 ? "" : "s", fmt::join(columns, ", ")));
  }

  void push(int column, bool sequence) {
    if (blocks_.empty() || blocks_.back().column != column || blocks_.back().sequence != sequence)
      blocks_.push_back({column, sequence});
  }

  // The beginning of a line: dashes, then a key or a value.
  void entry(std::size_t at) {
    value_open_ = false;
    while (peek(at) == '-' && ends_word(at + 1)) {
      push(column(at), true);
      at = skip_blanks(at + 1);
      if (ends_line(at) || comment(at)) {
        value_open_ = true;
        at_ = at;
        return next_line();
      }
    }
    node(at, column(at), true);
  }

  int parent() const { return blocks_.empty() ? 0 : blocks_.back().column; }

  // A value, or a key with its value if `key` allows one here. `start` is the column at which the
  // key's block would begin.
  void node(std::size_t at, int start, bool key) {
    at = skip_properties(at);
    if (ends_line(at) || comment(at)) {
      value_open_ = true;
      at_ = at;
      return next_line();
    }
    const char c = peek(at);
    if (c == '"' || c == '\'') return behind_value(quoted(at), start, key);
    if (c == '[' || c == '{') return behind_value(flow(at), start, key);
    if (c == '|' || c == '>') return block_scalar(at);
    if (!key && c == '-' && ends_word(at + 1))
      fail_at(at,
              "an item of a list (\"- \") on the line of its key: begin a new line for it, or "
              "write [a, b]");
    if (c == '*') return alias(at, start, key);
    if (c == ']' || c == '}') fail_at(at, fmt::format("the {} closes nothing", c));
    if (c == ',')
      fail_at(at,
              "a comma where a key or a value is needed: write the text in quotes if it begins "
              "with one");
    if (c == '@' || c == '`' || c == '%')
      fail_at(at, fmt::format("a plain text cannot begin with {}: write it in quotes", c));
    if (c == '?' && ends_word(at + 1)) throw Slip{{kUnread, 0, ""}};
    plain(at, start, key);
  }

  std::size_t skip_properties(std::size_t at) {
    while (peek(at) == '&' || peek(at) == '!') {
      auto end = at;
      while (!ends_word(end)) ++end;
      if (end == at + 1 && peek(at) == '&')
        fail_at(at, "a plain text cannot begin with &: write it in quotes");
      at = skip_blanks(end);
    }
    return at;
  }

  std::size_t quoted(std::size_t at) {
    if (auto fault = check_quote(lines_, at, parent())) throw Slip{std::move(*fault)};
    const auto end = quote_end(text_, at);
    if (peek(at) == '"') check_escapes(at, end);
    return end;
  }

  // The escapes of double-quoted scalars (YAML 1.2.2 section 5.7).
  void check_escapes(std::size_t at, std::size_t end) const {
    for (auto i = at + 1; i + 1 < end; ++i) {
      if (text_[i] != '\\') continue;
      const char c = text_[++i];
      if (std::string_view("0abt\tnvfre \"/\\N_LPxuU\n\r").find(c) == kNone)
        fail_at(i - 1, fmt::format("\\{} is no escape of a text in double quotes: write \\\\{} for "
                                   "a backslash, or take single quotes",
                                   c, c));
    }
  }

  // What may follow a value in quotes or brackets: a colon, which makes it a key, or a comment, or
  // nothing.
  void behind_value(std::size_t end, int start, bool key) {
    auto at = skip_blanks(end);
    if (peek(at) == ':' && ends_word(at + 1)) {
      if (!key)
        fail_at(at,
                "an unquoted \": \" behind a value: a key begins a line of its own, or the text "
                "belongs in quotes as a whole");
      return value(at + 1, start);
    }
    if (!ends_line(at) && !comment(at)) {
      const auto rest = text_.substr(at, line_end(at) - at);
      if (peek(at) == ']' || peek(at) == '}')
        fail_at(at, fmt::format("the {} closes nothing", peek(at)));
      fail_at(at, fmt::format("\"{}\" stands behind the end of a value: write the whole text in "
                              "quotes, or begin a new line",
                              shown_line(rest)));
    }
    if (key && !blocks_.empty() && !blocks_.back().sequence && blocks_.back().column == start)
      fail_at(at, "a key without \": \" behind it");
    at_ = at;
    next_line();
  }

  void value(std::size_t at, int start) {
    push(start, false);
    at = skip_blanks(at);
    value_open_ = ends_line(at) || comment(at);
    if (!value_open_) return node(at, start, false);
    at_ = at;
    next_line();
  }

  void alias(std::size_t at, int start, bool key) {
    auto end = at + 1;
    while (!ends_word(end) && peek(end) != ',') ++end;
    if (end == at + 1) fail_at(at, "an unquoted *: write \"*\"");
    behind_value(end, start, key);
  }

  // `|` or `>`: its lines are those that are indented further than the block around it.
  void block_scalar(std::size_t at) {
    auto head = at + 1;
    while (!ends_word(head)) {
      if (!is_digit(peek(head)) && peek(head) != '+' && peek(head) != '-')
        fail_at(head, fmt::format(
                          "the text behind {} begins on the next line, further right than its key",
                          peek(at)));
      ++head;
    }
    head = skip_blanks(head);
    if (!ends_line(head) && !comment(head))
      fail_at(head,
              fmt::format("the text behind {} begins on the next line, further right than its key",
                          peek(at)));
    at_ = at;
    int indent = 0;
    for (next_line(); at_ < text_.size(); next_line()) {
      const auto begin = skip_blanks(at_);
      if (ends_line(begin)) continue;
      if (column(begin) <= parent()) return;
      if (indent == 0) indent = column(begin);
      if (column(begin) < indent)
        fail_at(begin, fmt::format("wrong indentation: this line (column {}) of the text behind {} "
                                   "stands further left than its first line (column {})",
                                   column(begin), peek(at), indent));
    }
  }

  void plain(std::size_t at, int start, bool key) {
    const auto begin = at;
    for (; !ends_line(at) && !comment(at); ++at) {
      if (peek(at) != ':' || !ends_word(at + 1)) continue;
      if (!key)
        fail_at(at, fmt::format("an unquoted \": \" in a text: write \"{}\" in quotes",
                                shown_line(text_.substr(begin, line_end(begin) - begin))));
      return value(at + 1, start);
    }
    const auto word = trimmed(text_.substr(begin, at - begin), " \t\r");
    if (key && !blocks_.empty() && !blocks_.back().sequence && blocks_.back().column == start)
      fail_at(begin, no_colon(word));
    if (key && blocks_.empty() && word.find(':') != kNone) fail_at(begin, no_colon(word));
    if (!comment(at)) plain_ = {parent(), lines_.line_of(begin), column(begin), word};
    at_ = at;
    next_line();
  }

  static std::string no_colon(std::string_view word) {
    if (const auto colon = word.find(':'); colon != kNone && colon > 0)
      return fmt::format("a blank is missing behind the colon of \"{}\": write \"{}: …\"",
                         shown_line(word), word.substr(0, colon));
    return fmt::format("\"{}\" is a key without \": \" behind it", shown_line(word));
  }

  // Reads a list or mapping in brackets and returns where it ends.
  std::size_t flow(std::size_t at) {
    std::vector<Bracket> open;
    // Whether a value may begin: after a bracket, comma or colon.
    bool fresh = true;
    for (;;) {
      if (at >= text_.size()) not_closed(open, 0);
      const char c = text_[at];
      if (c == '\n') {
        check_flow_line(open, at + 1);
        ++at;
      } else if (is_blank(c) || c == '\r') {
        ++at;
      } else if (comment(at)) {
        at = line_end(at);
      } else if (c == '[' || c == '{') {
        if (c == '{' && peek(at + 1) == '{')
          fail_at(at, "an unquoted {{: write the text in quotes");
        if (!fresh)
          fail_at(at, fmt::format("an unquoted {} in a text, or a comma is missing before it: "
                                  "write the text in quotes",
                                  c));
        open.push_back({at++, false});
      } else if (c == ']' || c == '}') {
        if (text_[open.back().at] != (c == ']' ? '[' : '{'))
          fail_at(at, fmt::format("the {} does not fit the {} that opens in line {}, column {}", c,
                                  text_[open.back().at], lines_.line_of(open.back().at),
                                  column(open.back().at)));
        open.pop_back();
        ++at;
        if (open.empty()) return at;
        fresh = false;
      } else if (c == ',') {
        open.back().colon = false;
        fresh = true;
        ++at;
      } else {
        at = flow_word(open, at, fresh);
      }
    }
  }

  std::size_t flow_word(std::vector<Bracket>& open, std::size_t at, bool& fresh) {
    const char c = text_[at];
    if (c == ':' && !fresh) {
      if (open.back().colon)
        fail_at(at,
                "an unquoted \": \" in a text, or a comma is missing before the key: write the "
                "text in quotes");
      open.back().colon = fresh = true;
      return at + 1;
    }
    if (!fresh)
      fail_at(at, fmt::format(
                      "a comma is missing before \"{}\", or the text belongs in quotes as a whole",
                      shown_line(text_.substr(at, line_end(at) - at))));
    fresh = false;
    if (c == '"' || c == '\'') return quoted(at);
    if (c == '@' || c == '`' || c == '%')
      fail_at(at, fmt::format("a plain text cannot begin with {}: write it in quotes", c));
    if (c == '*' && (ends_word(at + 1) || std::string_view(",]}").find(peek(at + 1)) != kNone))
      fail_at(at, "an unquoted *: write \"*\"");
    return flow_plain(open, at);
  }

  // A plain text within brackets, which may continue on the next lines.
  std::size_t flow_plain(const std::vector<Bracket>& open, std::size_t at) {
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == '{' && peek(at + 1) == '{') fail_at(at, "an unquoted {{: write the text in quotes");
      if (std::string_view(",[]{}").find(c) != kNone || comment(at)) return at;
      if (c == ':' && (ends_word(at + 1) || std::string_view(",[]{}").find(peek(at + 1)) != kNone))
        return at;
      if (c == '\n') check_flow_line(open, at + 1);
    }
    return at;
  }

  // A line that begins an entry of the block around: then the closing bracket is missing before it.
  void check_flow_line(const std::vector<Bracket>& open, std::size_t at) const {
    const auto begin = skip_blanks(at);
    const auto text = text_.substr(begin, line_end(begin) - begin);
    if (!ends_line(begin) && column(begin) <= parent() && looks_like_entry(trimmed(text, " \t\r")))
      not_closed(open, lines_.line_of(begin));
  }

  [[noreturn]] void not_closed(const std::vector<Bracket>& open, int next) const {
    const auto at = open.back().at;
    const char close = text_[at] == '[' ? ']' : '}';
    fail_at(at,
            next == 0
                ? fmt::format("the {} that opens here is never closed: the {} is missing",
                              text_[at], close)
                : fmt::format(
                      "the {} that opens here is not closed before line {} ({}): the {} is missing",
                      text_[at], next, shown_line(lines_.line(next)), close));
  }

  const YamlLines& lines_;
  const std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Block> blocks_;
  bool value_open_ = false;  // the last key or dash has no value yet
  Plain plain_;
};

}  // namespace

std::optional<YamlFault> find_slip(const YamlLines& lines, int last_line) {
  auto fault = SlipScanner(lines).scan();
  if (!fault || fault->line > last_line) return std::nullopt;
  return fault;
}

std::string reworded(std::string_view message) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"end of map not found",
       "this does not belong to the mapping before it: look at the indentation, and for a missing "
       "quote or \": \""},
      {"end of sequence not found",
       "this does not belong to the list before it: look at the indentation, and for a missing "
       "quote or \"- \""},
      {"end of map flow not found", "a } or a comma is missing before this"},
      {"end of sequence flow not found", "a ] or a comma is missing before this"},
      {"illegal map value",
       "a \": \" where none may stand: write the text before it in quotes, or look at the "
       "indentation"},
      {"illegal map key", "a key where none may stand: look at the indentation"},
      {"illegal block entry",
       "an item of a list (\"- \") where none may stand: look at the indentation"},
      {"illegal flow end", "this bracket closes nothing"},
      {"illegal EOF in scalar", "a quote is not closed"},
      {"illegal document indicator in scalar", "a quote is not closed before the line of ---"},
      {"unknown token", "a plain text cannot begin with this character: write it in quotes"},
      {"alias not found after *", "an unquoted *: write \"*\""},
      {"anchor not found after &", "a plain text cannot begin with &: write it in quotes"},
      {"the referenced anchor is not defined",
       "there is no anchor of that name before this: if * is part of a text, write it in quotes"},
      {"unexpected character in block scalar",
       "the text behind | or > begins on the next line, further right than its key"},
      {"illegal tab when looking for indentation",
       "a tab in the indentation: YAML takes blanks only"},
      {"illegal character found while scanning alias",
       "an alias is * and a name: if * is part of a text, write it in quotes"},
  };
  for (const auto& [theirs, ours] : kWords) {
    if (message.starts_with(theirs)) return std::string(ours);
  }
  return fmt::format("not valid YAML: {}", message);
}

}  // namespace alarum
