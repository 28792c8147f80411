#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <re2/re2.h>
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include "base/ascii.h"
#include "base/node.h"
#include "base/utf8.h"
#include "base/yaml_quote.h"
#include "base/yaml_slip.h"

namespace alarum {
namespace {

// Thrown by our own checks within callbacks of yaml-cpp. build() catches it, so it never leaves
// this file.
struct Refused {
  Place place;
  std::string message;
};

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// The type of a plain scalar by the core schema (YAML 1.2.2 section 10.3.2).
Node::Kind core_kind(std::string_view text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return Node::Kind::null;
  if (one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Node::Kind::boolean;
  static const re2::RE2 number(
      R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))");
  return re2::RE2::FullMatch(text, number) ? Node::Kind::number : Node::Kind::string;
}

struct Extent {
  std::size_t nodes = 1;
  std::size_t depth = 0;
};

Extent extent_of(const Node& node) {
  Extent all;
  const auto add = [&](const Node& child) {
    const auto extent = extent_of(child);
    all.nodes += extent.nodes;
    all.depth = std::max(all.depth, extent.depth);
  };
  for (const auto& item : node.items) add(item);
  for (const auto& [key, value] : node.members) {
    add(key);
    add(value);
  }
  if (!node.scalar()) ++all.depth;
  return all;
}

// Builds the tree from yaml-cpp's events. yaml-cpp's own tree does not say which scalars were
// quoted, and reads scalars by YAML 1.1.
class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(const YamlLines& lines, const std::string& file, Diagnostics& out)
      : lines_(lines), file_(file), out_(out) {}

  std::optional<Node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) second_root(place(mark));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(mark, Node::Kind::null);
    check_colon(node.place);
    node.text = "null";
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refused{place(mark), "an alias inside the value that it refers to"};
    const auto extent = extent_of(found->second);
    count(extent.nodes, place(mark));
    check_depth(open_.size() + extent.depth, place(mark));
    add(found->second, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = make(mark, Node::Kind::string);
    node.quoted = tag == "!";
    if (tag != "?") refuse_tag(tag, node.place);
    if (!node.quoted) node.kind = core_kind(value);
    node.text = value;
    check_scalar(node);
    if (node.is(Node::Kind::null)) node.text = "null";
    if (node.is(Node::Kind::boolean))
      node.text = value.front() == 't' || value.front() == 'T' ? "true" : "false";
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, {Node::Kind::sequence, style == YAML::EmitterStyle::Block});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, {Node::Kind::mapping, style == YAML::EmitterStyle::Block});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    bool block = false;       // written with indentation, not in brackets
    bool value_next = false;  // of a mapping: its last member has a key and no value yet
  };

  Place place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  Node make(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.place = place(mark);
    count(1, node.place);
    return node;
  }

  void count(std::size_t nodes, const Place& at) {
    nodes_ += nodes;
    if (nodes_ > kMaxYamlNodes)
      throw Refused{at, fmt::format("more than {} values in one file", kMaxYamlNodes)};
  }

  void check_depth(std::size_t depth, const Place& at) {
    if (depth > kMaxNodeDepth)
      throw Refused{at, fmt::format("nested deeper than {} levels", kMaxNodeDepth)};
  }

  void refuse_tag(const std::string& tag, const Place& at) {
    if (tag != "!" && tag != "?" && !tag.empty())
      out_.error(
          at, fmt::format("tags are not read: take \"{}\" away, or write the text in quotes", tag));
  }

  struct Form {
    Node::Kind kind;
    bool block;
  };

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Form form) {
    auto node = make(mark, form.kind);
    refuse_tag(tag, node.place);
    check_depth(open_.size() + 1, node.place);
    open_.push_back({std::move(node), anchor, form.block});
  }

  // A mistake in the text before is the better explanation, if find_slip() finds one.
  [[noreturn]] void refuse(const Place& at, std::string message) const {
    if (const auto slip = find_slip(lines_, at.line)) refuse(*slip);
    throw Refused{at, std::move(message)};
  }
  [[noreturn]] void refuse(const YamlFault& fault) const {
    throw Refused{{file_, fault.line, fault.column}, fault.message};
  }

  // yaml-cpp begins a second document when a line cannot belong to the first one.
  [[noreturn]] void second_root(Place at) const {
    const bool said =
        lines_.line(at.line).starts_with("---") || lines_.line(at.line - 1).starts_with("...");
    if (said) throw Refused{std::move(at), "a second document in the file: one is read"};
    refuse(at, "wrong indentation: this line belongs to nothing before it");
  }

  // The column of the block around the current value; 0 if there is none.
  int block_column() const {
    const auto found =
        std::find_if(open_.rbegin(), open_.rend(), [](const Open& open) { return open.block; });
    return found == open_.rend() ? 0 : found->node.place.column;
  }

  // yaml-cpp accepts more than YAML allows, and YAML allows more than people mean. These checks
  // find texts that a forgotten quote or a wrong indentation has swallowed.
  void check_scalar(const Node& node) const {
    const auto at = behind_properties(lines_.offset(node.place.line, node.place.column));
    const auto text = lines_.text().substr(at);
    if (text.starts_with('"') || text.starts_with('\'')) {
      if (const auto fault = check_quote(lines_, at, block_column())) refuse(*fault);
    } else if (!node.quoted) {
      check_plain(at, node.text);
      check_opened(node);
    }
  }

  // Reports a plain text that continues on a line that looks like an entry of its own.
  void check_plain(std::size_t at, std::string_view text) const {
    // The whole text is on one line. This comes first because lines may be long and texts many.
    if (lines_.text().substr(at).starts_with(text)) return;
    int number = lines_.line_of(at);
    const auto first = lines_.line(number);
    for (auto rest = trimmed(first.substr(static_cast<std::size_t>(lines_.column_of(at)) - 1));
         text.starts_with(rest) && text.size() > rest.size();) {
      text = trimmed(text.substr(rest.size()), " \n");
      do rest = trimmed(lines_.line(++number));
      while (rest.empty() && static_cast<std::size_t>(number) <= lines_.count());
      // yaml-cpp sees line breaks that YamlLines does not, such as a CR alone.
      if (rest.empty()) return;
      if (!looks_like_entry(rest)) continue;
      const auto column = static_cast<int>(lines_.line(number).find_first_not_of(" \t")) + 1;
      refuse({file_, number, column},
             fmt::format("wrong indentation: {} would become part of the text before it: move it "
                         "left to its list, or write the text in quotes",
                         shown_line(rest)));
    }
  }

  // Reports a closing quote without an opening one: `linkDown"` would never match anything. A text
  // of several words may end with an apostrophe.
  void check_opened(const Node& node) const {
    const auto& text = node.text;
    const bool quote =
        text.ends_with('"') || (text.ends_with('\'') && text.find(' ') == std::string::npos);
    if (!quote || std::ranges::count(text, text.back()) % 2 == 0) return;
    throw Refused{node.place,
                  fmt::format("the quote {} at the end of this text opens nowhere: write {} before "
                              "the text as well, or the whole text in quotes if it ends with one",
                              text.back(), text.back())};
  }

  // Skips `&name` and `!tag` before a value.
  std::size_t behind_properties(std::size_t at) const {
    const auto text = lines_.text();
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
      at = std::min(text.find_first_of(" \t\r\n", at), text.size());
      at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    }
    return at;
  }

  // yaml-cpp takes a single word for a key whose value is null, with the place of the key.
  void check_colon(const Place& at) const {
    if (open_.empty() || !open_.back().block || !open_.back().value_next) return;
    const auto& key = open_.back().node.members.back().first;
    const auto begin = behind_properties(lines_.offset(key.place.line, key.place.column));
    if (key.quoted || key.is(Node::Kind::null) || key.place.line != at.line ||
        key.place.column != at.column)
      return;
    const auto rest =
        trimmed(lines_.text().substr(std::min(begin + key.text.size(), lines_.text().size())));
    if (!rest.starts_with(':'))
      refuse(at, fmt::format("\"{}\" is a key without \": \" behind it", shown_line(key.text)));
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    merge(done.node);
    add(std::move(done.node), done.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (auto& in = open_.back(); in.node.is(Node::Kind::sequence)) {
      in.node.items.push_back(std::move(node));
    } else {
      add_member(in, std::move(node));
    }
  }

  void add_member(Open& in, Node node) {
    auto& members = in.node.members;
    if (in.value_next) {
      members.back().second = std::move(node);
    } else {
      if (!node.scalar()) refuse_key(node);
      members.emplace_back(std::move(node), Node{});
    }
    in.value_next = !in.value_next;
  }

  [[noreturn]] void refuse_key(const Node& node) const {
    const auto at = lines_.offset(node.place.line, node.place.column);
    if (at > 0 && lines_.text().substr(at - 1, 2) == "{{")
      throw Refused{{file_, node.place.line, node.place.column - 1},
                    "an unquoted {{: write the text in quotes"};
    refuse(node.place, "a key must be a plain word or a string, not " + describe(node));
  }

  // YAML 1.1's merge key (yaml.org/type/merge.html): keys that the mapping does not have itself
  // come from the mapping behind `<<`, or from the first of several that has them.
  void merge(Node& node) {
    auto& members = node.members;
    const auto is_merge = [](const auto& member) {
      return !member.first.quoted && member.first.text == "<<";
    };
    const auto found = std::ranges::find_if(members, is_merge);
    if (found == members.end()) return;
    const auto [key, from] = std::move(*found);
    members.erase(found);
    if (std::ranges::any_of(members, is_merge))
      throw Refused{key.place, "a second \"<<\" in one mapping: write <<: [*a, *b]"};
    if (from.is(Node::Kind::mapping)) return merge_one(node, from);
    if (!from.is(Node::Kind::sequence))
      throw Refused{from.place,
                    "\"<<\" must be a mapping or a list of mappings, not " + describe(from)};
    for (const auto& one : from.items) {
      if (!one.is(Node::Kind::mapping))
        throw Refused{one.place,
                      "\"<<\" must be a mapping or a list of mappings, not " + describe(one)};
      merge_one(node, one);
    }
  }

  void merge_one(Node& node, const Node& from) {
    std::set<std::string, std::less<>> own;
    for (const auto& [key, value] : node.members) own.insert(key.text);
    for (const auto& member : from.members) {
      if (own.contains(member.first.text)) continue;
      count(extent_of(member.second).nodes + 1, member.first.place);
      node.members.push_back(member);
    }
  }

  const YamlLines& lines_;
  const std::string& file_;
  Diagnostics& out_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::optional<Node> root_;
  std::size_t nodes_ = 0;
};

// yaml-cpp ends at a NUL and accepts other control characters, which YAML 1.2.2 section 5.1
// forbids.
bool check_characters(std::string_view text, const std::string& file, Diagnostics& out) {
  Place at{file, 1, 1};
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) {
      out.error(at, fmt::format("control character 0x{:02X}", byte));
      return false;
    }
    ++at.column;
    if (c == '\n') at = {file, at.line + 1, 1};
  }
  return true;
}

std::optional<Node> build(std::string_view text, const std::string& file, Diagnostics& out) {
  std::istringstream in{std::string(text)};
  const YamlLines lines(text);
  YamlBuilder builder(lines, file, out);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refused& refused) {
    out.error(refused.place, refused.message);
  } catch (const YAML::Exception& fault) {
    const int line = fault.mark.line + 1;
    const auto slip = find_slip(lines, line);
    if (slip)
      out.error({file, slip->line, slip->column}, slip->message);
    else
      out.error({file, line, fault.mark.column + 1}, reworded(fault.msg));
  } catch (const std::exception& fault) {
    out.error({file, 0, 0}, std::string("not valid YAML: ") + fault.what());
  }
  return std::nullopt;
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, const std::string& file, Diagnostics& out) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!check_utf8(text, file, out) || !check_characters(text, file, out)) return std::nullopt;
  const auto errors = out.error_count();
  auto root = build(text, file, out);
  if (root) check_unique_keys(*root, out);
  if (!root && out.error_count() > errors) return std::nullopt;
  if (!root || root->is(Node::Kind::null)) {
    root = Node{};
    root->kind = Node::Kind::mapping;
    root->place = {file, 1, 1};
  }
  return root;
}

}  // namespace alarum
