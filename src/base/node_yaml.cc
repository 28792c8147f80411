#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <re2/re2.h>
#include <sstream>

#include "base/node.h"
#include "base/utf8.h"

namespace alarum {
namespace {

// What our own checks find while yaml-cpp calls us back; never leaves this file.
struct Refused {
  Place place;
  std::string message;
};

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// YAML 1.2.2 section 10.3.2.
Node::Kind core_kind(std::string_view text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return Node::Kind::null;
  if (one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Node::Kind::boolean;
  static const re2::RE2 number(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))");
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

// Builds the tree from yaml-cpp's events: its own tree loses which scalars were quoted and reads scalars by YAML 1.1.
class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(const std::string& file, Diagnostics& out) : file_(file), out_(out) {}

  std::optional<Node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) throw Refused{place(mark), "a second document in the file: one is read"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(mark, Node::Kind::null);
    node.text = "null";
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{place(mark), "an alias inside of what it stands for"};
    const auto extent = extent_of(found->second);
    count(extent.nodes, place(mark));
    check_depth(open_.size() + extent.depth, place(mark));
    add(found->second, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    auto node = make(mark, Node::Kind::string);
    node.quoted = tag == "!";
    if (tag != "?") refuse_tag(tag, node.place);
    if (!node.quoted) node.kind = core_kind(value);
    node.text = value;
    if (node.is(Node::Kind::null)) node.text = "null";
    if (node.is(Node::Kind::boolean)) node.text = value.front() == 't' || value.front() == 'T' ? "true" : "false";
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    bool value_next = false;  // of a mapping: the last member has its key already
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
    if (nodes_ > kMaxYamlNodes) throw Refused{at, fmt::format("more than {} values in one file", kMaxYamlNodes)};
  }

  void check_depth(std::size_t depth, const Place& at) {
    if (depth > kMaxNodeDepth) throw Refused{at, fmt::format("nested deeper than {} levels", kMaxNodeDepth)};
  }

  void refuse_tag(const std::string& tag, const Place& at) {
    if (tag != "!" && tag != "?" && !tag.empty()) out_.error(at, fmt::format("tags are not read: take \"{}\" away", tag));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    auto node = make(mark, kind);
    refuse_tag(tag, node.place);
    check_depth(open_.size() + 1, node.place);
    open_.push_back({std::move(node), anchor});
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
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
      if (!node.scalar()) throw Refused{node.place, "a key must be a plain word or a string, not " + describe(node)};
      members.emplace_back(std::move(node), Node{});
    }
    in.value_next = !in.value_next;
  }

  const std::string& file_;
  Diagnostics& out_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::optional<Node> root_;
  std::size_t nodes_ = 0;
};

// yaml-cpp reads a NUL as the end of the text, and other control characters (YAML 1.2.2 section 5.1) without a word.
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
  YamlBuilder builder(file, out);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refused& refused) {
    out.error(refused.place, refused.message);
  } catch (const YAML::Exception& fault) {
    out.error({file, fault.mark.line + 1, fault.mark.column + 1}, "not valid YAML: " + fault.msg);
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
